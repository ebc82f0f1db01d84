"""Decides which words say the same, which say little, and which say the opposite (English).

Plain lists, read once at import. A word may stand in several groups; two words
match when they share one. Words that differ in who acts, what is sold or how much is owed stay
apart on purpose: manager and supervisor, exchange and refund, all and most.
"""

from __future__ import annotations

SAME = """
accept take receive; access reach enter open; account profile; acquire obtain get receive collect
gain secure fetch; act behave respond react; add include append insert attach; address location;
adjust amend modify alter change edit revise; advise inform notify tell alert let know; agree
consent accept; aid help assist support assistance; aim goal purpose objective; allow let enable
permit; amount sum total; answer reply respond response; apply submit request; approve authorise
authorize confirm approval authorisation authorization sign-off permission; approximately about
around roughly nearly; arrange organise organize schedule; arrive come reach; article item product
good goods piece; ask request enquire inquire query question; assess evaluate appraise gauge
judge; assign allocate give; attempt try; automatic automatically; available accessible
obtainable; avoid prevent; bag sack; bar block; basket cart trolley; begin start commence initiate
launch; believe think suppose; big large great; bill invoice; box carton case; break damage
broken; bring take carry convey; build construct make create; building premises site; buy purchase
bought acquisition; buyer purchaser customer client shopper consumer; calculate compute work
figure; call phone ring telephone dial; cancel annul void; cancellation cancelling; cause reason
trigger lead produce; cease stop halt end; change modification alteration update amendment; charge
fee cost bill levy; cheap inexpensive; check verify confirm examine inspect review validate
control look verification inspection; choose select pick opt choice selection decide; clean tidy
spotless; clear obvious; close shut; collect gather pick retrieve; come arrive return; command
instruction; compare match; complain complaint grievance; complete finish finalise finalize
conclude end fill full whole entire; condition state status; conduct perform execute run do;
confirm verify ensure validate establish; connect link join attach; consider regard think weigh;
consult refer see read; contact call reach email notify ring speak; contain include hold comprise
have; continue proceed carry keep resume go; copy duplicate; correct right accurate proper fix
rectify; cost price; count tally number; couple pair; cover include; create make generate produce
build establish; current present existing; customary usual normal standard; damage harm; danger
hazard risk peril; dangerous hazardous unsafe risky; date day; deal handle manage treat process;
decide determine choose; decline refuse reject deny; decrease reduce lower lessen cut drop fall;
defect fault flaw problem; defective faulty broken; delay postpone defer; delete remove erase
wipe; deliver bring dispatch ship; delivery shipment dispatch shipping; deny refuse reject; depend
rely; describe explain outline; detail particular information; detect discover find notice spot
identify; determine establish find identify; device machine appliance; differ vary; difference
discrepancy; difficult hard; direct instruct; direction instruction; disclose reveal share tell;
discount reduction; discuss talk; chat conversation dialogue talk discussion call; display show
present appear; dispose discard bin throw; dispute contest challenge; document record paperwork
file form; drop fall; earlier before previously prior; educate train teach; education schooling;
effect impact consequence result; eligible qualify entitled qualified eligibility; email mail;
employ hire use; employee staff colleague worker personnel teammate; empty vacant; enclose attach;
encourage urge; end finish conclude close expire; enough sufficient adequate; enrol enroll
register sign; ensure make check see verify confirm guarantee; enter type input key fill write
record put; entire whole full complete all; equipment gear kit; error mistake fault failure;
establish determine; evacuate leave; examine inspect look check study; example instance; exceed
surpass top; exchange swap replace; exist be; exit leave; expect anticipate await; expire lapse
end run expiry expiration; explain clarify describe tell set; extend prolong lengthen; extra
additional more further; fail failure; fall drop; family relative; fast quick rapid swift prompt;
fault defect; fee charge; feedback comment; fetch get bring call; final last; find locate discover
see; fine penalty; fire flame blaze; fix repair mend resolve correct solve; follow observe obey
comply adhere; forbid prohibit ban disallow bar; forward send pass; frequent often regular; fully
completely entirely wholly; fund money; further additional more; give provide supply offer hand
issue grant; go move travel proceed; goal target; goods merchandise stock item product; grow
increase rise; guarantee warranty; guest visitor; hand give pass deliver; handle process deal
treat; happen occur arise take; help assist aid support; hide conceal; hold keep retain; house
home; identify recognise recognize determine; identification id; illegal unlawful; important
crucial vital essential key; inaccurate incorrect wrong; incident event accident; income earnings;
increase raise rise grow; indicate show signal mean; individual person; inform tell notify advise;
information detail data; initial first; injure hurt harm; injured hurt casualty; inspect examine
check look; instruct tell direct order; insufficient inadequate; intend plan mean; investigate
examine look explore; invoice bill; issue problem trouble matter difficulty; issue give provide
hand; item article product thing good goods piece; job task work; join combine; keep retain store
hold maintain save stay; kind type sort; know understand; lack want; large big; later afterwards
subsequently; launch start; learn discover find; leave exit depart quit go; lend loan; let allow
permit; letter mail; level degree; lift raise; limit maximum cap restriction ceiling; list
register; listen hear; little small; loan borrowing; locate find; location place position spot
site; lock secure; login signin; look check examine see search; lookup find search; lose lost
misplace; machine device; mail post; main principal primary chief; maintain keep preserve; make
create produce prepare; manage handle run administer; mandatory compulsory obligatory required;
mark label tag; match correspond agree fit; mention state say; method way manner means approach
procedure; minimum least; missing absent lost; mistake error; money cash fund; monitor watch
observe track; move relocate transfer shift; necessary required needed essential needful; need
require want necessity requirement; neighbouring neighboring adjacent adjoining nearby; new fresh;
next following subsequent; normal usual typical regular standard; notice spot see notification;
notify inform alert tell advise warn; now currently; obtain get receive; occasion time;
occasionally sometimes; occur happen arise appear; offer propose provide give; often frequently;
omit skip; ongoing continuing; open unlock; operate run work use; option choice alternative
possibility; order purchase; order instruct tell; original initial first; outcome result; outside
exterior outdoors; owe due; own have possess; owner holder; package parcel packet; part portion
section component; participate join; particular specific certain; pass hand give forward; pause
wait; pay settle payment paid; people person; perform do execute conduct carry; period time term
duration span window; permission approval consent; permit allow let; person individual somebody
someone anybody anyone people; phone telephone call; photo photograph picture image snap;
physician doctor; place put position set location lay; plan programme program scheme; policy rule;
portion part; possible feasible; post mail send; postpone defer delay; present gift; present show;
preserve keep; previous earlier prior former past; price cost; prior previous; problem issue
trouble fault difficulty; procedure process method; proceed continue go move; process handle
procedure; product item article; programme program; promise pledge; promptly immediately quickly;
proof evidence; proper correct appropriate suitable right; property belongings; protect guard
secure safeguard; prove show demonstrate; provide give supply offer; purchase buy order; purpose
aim reason; put place lay set; qualify eligible; quantity amount number; question query; quick
fast rapid; raise lift increase; rapidly quickly fast; reach contact arrive; ready prepared; real
actual genuine; reason cause ground; receive get obtain accept; recent latest; recipient receiver;
recommend suggest advise; record note log write enter register document; recover restore retrieve
regain; reduce lower decrease cut; refer direct send consult; refund reimburse reimbursement repay
repayment; refuse decline reject deny; region area zone; register enrol; reimburse repay refund;
reject refuse decline; related relevant; release free; remain stay keep; remainder rest balance;
remaining left; remember recall; remove delete take withdraw clear; repair fix mend; repeat again
redo; replace substitute swap exchange; replacement substitute; report tell notify inform;
representative agent rep; request ask demand apply; require need demand call; resell sell; resolve
solve fix settle sort; respond reply answer; rest remainder; restart reboot; restore recover;
restrict limit; result outcome consequence; retain keep hold; retrieve get fetch recover; return
back; review check examine; right entitlement; risk danger; route way; rule regulation policy; run
operate execute; safe secure; salary wage pay; save keep store; say state tell mention; scan read
swipe; school institution college; search look seek find lookup; section part; secure lock; see
look view find notice; seek look search; select choose pick; sell sale sold; send dispatch ship
post forward mail pass transmit; separate apart; serious severe grave; serve help attend; set put
place; settle pay resolve; several some; shelf rack; shelves shelf; ship dispatch send; shop store
outlet branch; short brief; show display present demonstrate indicate; shut close; sick ill;
signature sign; similar alike; site website; skip omit bypass; slow sluggish; small little; solve
resolve fix; sort type kind; speak talk; specific particular certain; spill leak; standard normal;
start begin commence; state say condition; stay remain; step stage; stock inventory; stop halt
cease end; store keep hold; store shop; strange odd; student learner pupil; submit send file hand
present; subtract deduct; sufficient enough; suggest propose recommend; suitable appropriate fit;
supply provide; support back help; sure certain; suspect think; switch change turn; take bring;
talk speak discuss; target goal; task job; teach train; tell inform let say notify advise ask;
temporary provisional temporarily; terminate end; test try; thing item; think believe; till
register checkout; total sum overall; track follow trace; train teach; transfer move pass;
transmit send; transport carry; treat handle deal; trouble problem; trouble issue; try attempt;
type kind sort; type enter; understand know; unite join; university college; unlock open; update
refresh revise change; use utilise utilize employ apply; usual normal; usually normally generally
typically; value worth; verify check confirm; view see look; visitor guest; want wish desire like;
warn alert caution; warning alert alarm caution; watch observe; way manner method; website site
web; whole entire; wish want; withdraw remove; work operate function job; worth value; write note
record; wrong incorrect; zone area; child kid; parent guardian; money cash; kill terminate;
investigate troubleshoot diagnose; display see; node host server; memory ram; config
configuration; alert alarm; fire trigger; log record; tidy clean; throw discard; tag label;
photograph photo; note record write; ring call phone; hand pass give; quickly fast; beginning
start; ending end; belongings property
"""
"""Groups parted by semicolons."""

IRREGULAR = """
send sent|give gave given|take took taken|write wrote written|keep kept|pay paid|buy bought
find found|tell told|make made|leave left|lose lost|hold held|bring brought|catch caught
choose chose chosen|wear wore worn|break broke broken|begin began begun|get got gotten|go went gone
show shown|see saw seen|sell sold|run ran|sit sat|stand stood|speak spoke spoken|steal stole stolen
stick stuck|teach taught|think thought|throw threw thrown|understand understood|build built|deal dealt
drive drove driven|draw drew drawn|eat ate eaten|fall fell fallen|feel felt|fly flew flown
forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|grow grew grown|hear heard
hide hid hidden|hang hung|know knew known|lay laid|lead led|lend lent|light lit|mean meant|meet met
ring rang rung|rise rose risen|shake shook shaken|sleep slept|slide slid|spend spent|sweep swept
tear tore torn|withdraw withdrew withdrawn|wake woke woken|win won|say said|come came|become became
seek sought|swear swore sworn|bind bound|wind wound|fight fought|feed fed|drink drank drunk
person people|child children|man men|woman women|foot feet|knife knives|shelf shelves|half halves
life lives|leaf leaves|index indices|datum data|criterion criteria
"""

FRAMES = (
    r"(?:according to|as per|per|based on|under|in line with|as (?:stated|described) in|following)"
    r" (?:the|our|this|these|your) (?:[a-z]+ ){0,2}"
    r"(?:polic(?:y|ies)|procedures?|documents?|sops?|passages?|guides?|guidelines?|handbook|manual"
    r"|instructions?|sources?|sections?|rules?|text|steps), ",
    r"(?:the|our|this) (?:policy|procedure|document|sop|passage|guide|guideline|handbook|manual|rule"
    r"|source|section|text) (?:says|states|notes|explains|specifies|tells you) (?:that )?",
    r"(?:in (?:short|summary|brief|general|other words)|as a (?:rule|reminder)|to summari[sz]e"
    r"|in addition|additionally|finally|next|also|however|therefore|yes), ",
    r"(?:please note|note|please be aware|be aware|remember|keep in mind)(?: that|[:,]) ",
    r"please ",
)
"""How a sentence may begin without saying anything: regular expressions."""

PHRASES = """
to = in order to | so as to
ensure = make sure | makes sure | be sure to | be certain to | see to it that | take care to
immediately = as soon as possible | straight away | straightaway | right away | at once | without
    delay | without further delay | promptly
if = in the event that | in the event of | in case of | in cases of | in case | provided that | on
    condition that | as long as
whether = whether or not
before = prior to | ahead of
after = subsequent to
and = as well as | in addition to
and with = together with | along with
except = apart from | other than | with the exception of | excluding | save for
instead of = rather than | in place of
because of = due to | owing to | on account of | as a result of
for = on behalf of
about = with regard to | with respect to
several = a number of
many = a lot of
happen = take place | takes place
perform = carry out | carries out
performed = carried out
performing = carrying out
determine = find out
contact = get in touch with | get hold of | reach out to
complete = fill in | fill out
completed = filled in | filled out
give = hand over | hands over
given = handed over
submit = hand in
return = send back | bring back | brings back | give back | take back | takes back | come back |
    goes back | go back
returned = sent back | brought back | given back | taken back | came back | put back
lookup = look up | looks up | looked up
investigate = look into
login = log in | log on | sign in | signs in | logged in | signed in | log-in | sign-in
email = e-mail
emails = e-mails
describe = set out
establish = set up
discard = throw away | get rid of
discarded = thrown away
collect = pick up | picks up
collected = picked up
switch off = turn off | power off
switched off = turned off
switch on = turn on | power on
switched on = turned on
always = at all times | in all cases
current = up to date | up-to-date
website = web site
percent = per cent
never = at no time | under no circumstances | on no account | in no case
not = no longer | fail to | fails to | failed to | failing to | refrain from | refrains from |
    avoid | avoids | avoiding
also = not only | not just
nobody = no one | no-one
without = do without | in the absence of | lacking | having no | that have no | that has no
can not = unable to | incapable of | impossible to | cannot | not able to
must not = forbidden to | prohibited from | barred from | banned from | it is forbidden to | it is
    prohibited to | have not to
must not allow = is forbidden | are forbidden | is prohibited | are prohibited | is banned | are
    banned
not allow = forbidden | prohibited
may not = not allowed to | not permitted to
need-not = not obliged to | not required to | not compulsory to | not necessary to | not mandatory
    to | not have to | not need to | need not | no need to | no need for | no obligation to
must = have got to | has got to | have to | has to | having to | had to | is required to | are
    required to | be required to | it is required to | it is necessary to | it is mandatory to |
    it is compulsory to | it is essential to | it is obligatory to | it is vital to | is obliged
    to | are obliged to | is expected to | are expected to | need to | needs to | needed to |
    shall
should = is supposed to | are supposed to | ought to | is advised to | are advised to | it is
    advisable to | it is recommended to | it is best to | it is recommended that | is recommended
    to | are recommended to | we recommend | is encouraged to | are encouraged to | had better
must be = is to be | are to be
may = is allowed to | are allowed to | be allowed to | is permitted to | are permitted to | be
    permitted to | is free to | are free to | is entitled to | are entitled to | has the option to
    | have the option to | has the option of | have the option of
can = is able to | are able to | be able to | it is possible to | has the ability to | is capable
    of
"""
"""What is meant, then how it may be said; an indented line goes on with the one before."""

OPPOSITES = """
before | after
until | after
above | below
over | under
inside | outside
indoors | outdoors
minimum | maximum
least | most
more | less fewer
longer | shorter
higher | lower
earlier | later
first | last
up | down
on | off
all every each always any both whole entire | some sometimes few occasionally most mostly partly usually
start begin | end finish
open unlock | close shut lock
accept approve allow | reject refuse deny decline
increase raise rise | decrease reduce lower fall
add include insert | remove delete exclude
enable activate | disable deactivate
lock block | unlock unblock
early | late
same | different
valid | invalid
buy | sell
give | take
send | receive
internal | external
left | right
high | low
"""
