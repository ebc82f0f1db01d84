"""Decides which words say the same, which say little, and which say the opposite (English).

Plain lists, read once at import. A word may stand in several groups; two words
match when they share one. Words that differ in who acts, what is sold or how much is owed stay
apart on purpose: manager and supervisor, exchange and refund, all and most.
"""

from __future__ import annotations

SAME = """
about approximately around nearly roughly; absent lost missing; accelerate hasten speed; accept
agree consent; accept get obtain receive; accept receive take; access enter open reach; accessible
available obtainable; accident event incident; accident incident mishap; account profile;
accountable liable responsible; accurate correct fix proper rectify right; acquire collect fetch
gain get obtain receive secure; acquisition bought buy purchase; act behave react respond; actual
genuine real; add append attach include insert; additional extra further more; address location;
adequate enough sufficient; adhere comply follow obey observe; adjacent adjoining nearby
neighboring neighbouring; adjust alter amend change edit modify revise; administer handle manage
run; advantage benefit; advise alert inform know let notify tell; advise alert inform notify tell
warn; advise ask inform let notify say tell; advise counsel recommend; advise recommend suggest;
afterwards later subsequently; again redo repeat; agent rep representative; agree correspond fit
match; agreement contract; aid assist assistance help support; aim goal objective purpose; aim
purpose reason; alarm alert caution warning; alarm siren; alert caution warn; alike similar; all
complete entire full whole; allocate assign give; allow enable let permit; alteration amendment
change modification update; alternative choice option possibility; amount figure sum total; amount
number quantity; angry upset; announce declare state; annul cancel void; answer reply respond
response; anticipate await expect; anybody anyone individual people person somebody someone; apart
separate; apologise apologize apology regret sorry; app application program software; apparel
clothes clothing garment; appear arise happen occur; appear display present show; appliance device
machine; apply ask demand request; apply employ use utilise utilize; apply request submit; appoint
choose name; appointment meeting; appraise assess evaluate gauge judge; approach manner means
method procedure way; approach method technique; appropriate correct proper right suitable;
appropriate fit suitable; approval approve authorisation authorise authorization authorize confirm
permission sign-off; approval consent permission; approved authorised authorized permitted;
archive store; area region zone; arise happen occur take; arise result stem; arrange organise
organize schedule; arrive come reach; arrive come return; arrive contact reach; article good goods
item piece product thing; ask beg; ask enquire inquire query question request; assembly gathering;
assembly muster; assert claim maintain; assign delegate pass; assignment coursework homework;
attach connect join link; attach enclose; attach fasten fix secure; attempt try; attend help
serve; authentic genuine real; autograph signature; automatic automatically; automobile car
vehicle; available free vacant; avoid prevent; back help support; back return; badge card pass;
bag sack; balance remainder rest; ban bar disallow forbid prohibit; banknote note; bar block;
bargain deal; basket cart trolley; bathroom lavatory restroom toilet washroom; be exist; before
earlier previously prior; begin commence initiate launch start; beginning onset start; believe
suppose think; belongings property; beneficiary recipient; beverage drink; big great large; bill
charge cost fee levy; bill invoice; bin discard dispose throw; bin garbage rubbish trash waste;
blame fault; blaze fire flame; block hinder prevent; block obstruct; bonus premium; borrowing
loan; box carton case; box crate; branch outlet shop store; breach break violate; breach infringe;
break broken damage; brief short; bring call fetch get; bring carry convey take; bring deliver
dispatch ship; broadcast send; broken defective faulty; bug defect error; build construct create
make; build create establish generate make produce; building premises site; busy engaged occupied;
buy order purchase; buyer client consumer customer purchaser shopper; bypass omit skip; calculate
compute figure work; call chat conversation dialogue discussion talk; call contact email notify
reach ring speak; call demand need require; call dial phone ring telephone; calm quiet silent;
cancellation cancelling; cap ceiling limit maximum restriction; carry conduct do execute perform;
carry continue go keep proceed resume; carry transport; cash fund money; cash funds money;
casualty hurt injured; casualty victim; cause ground reason; cause lead produce reason trigger;
cease end halt stop; cellphone mobile phone smartphone; certain particular specific; certain sure;
certificate certification; challenge contest dispute; change coin; change refresh revise update;
change switch turn; charge levy tax; cheap inexpensive; check confirm control examine inspect
inspection look review validate verification verify; check confirm ensure guarantee make see
verify; check examine inspect look study; check examine look search see; checkout register till;
chief main primary principal; child kid; chilly cold cool; choice choose decide opt pick select
selection; choose decide determine; clarify describe explain set tell; class course; clause
provision; clean spotless tidy; clear delete purge; clear delete remove take withdraw; clear
obvious; close conclude end expire finish; close end terminate; close seal; close shut; coat
jacket; code key pin; colleague employee personnel staff teammate worker; collect gather pick
retrieve; college institution school; college university; combine join; command instruction;
comment feedback; compare match; complain complaint grievance; complete conclude end entire fill
finalise finalize finish full whole; completely entirely fully wholly; completion end finish;
comply conform obey; component element part; component part portion section; compose write;
comprise consist contain; comprise contain have hold include; compulsory mandatory obligatory
required; computer laptop pc; conceal hide; concept idea; condition say state; condition state
status; conduct do execute perform run; config configuration; configuration option parameter
setting; confirm ensure establish validate verify; confirmation evidence proof; connect link plug;
consequence effect impact result; consequence outcome result; consider regard think weigh;
constitute form represent; consult direct refer send; consult read refer see; container vessel;
content happy pleased satisfied; continue go move proceed; continuing ongoing; convince persuade;
copy duplicate replicate; correct fix mend repair resolve solve; correspondence letter; corridor
hallway passage; cost price; count number tally; counterfeit fake false forged; couple pair;
coupon voucher; courteous friendly polite; cover include; cpu processor; crack split; create make
prepare produce; credential login password; crucial essential important key vital; current
existing present; currently now; customary normal standard usual; customer patron; cut decrease
drop fall lessen lower reduce; cutoff deadline; damage harm; damp moist wet; danger hazard peril
risk; dangerous hazardous risky unsafe; dashboard panel; data detail information; date day; deal
handle manage process treat; deal offer promotion; debt loan; decline decrease drop reduction;
decline deny refuse reject; deduct subtract; defect fault flaw problem; defer delay postpone;
degree level; delay slow; delete erase remove wipe; deliver give hand pass; delivery dispatch
shipment shipping; demand insist; demonstrate display indicate present show; demonstrate prove
show; depart exit go leave quit; depend hinge rely; dependant dependent; deploy install roll;
depot warehouse; describe explain outline; desire like want wish; detach disconnect remove unplug;
detail information particular; detect discover find identify notice spot; determine establish find
identify; determine identify recognise recognize; diagnose investigate troubleshoot; differ vary;
difference discrepancy; difficult hard; difficulty fault issue problem trouble; difficulty issue
matter problem trouble; digitise digitize scan; direct instruct order tell; direction instruction;
directory folder; dirty soiled; disadvantage drawback; disclose reveal share tell; discount
reduction; discover find learn; discover find locate see; discuss speak talk; disease illness
sickness; disk drive storage volume; dismiss fire sack; dispatch forward mail pass post send ship
transmit; display monitor screen; display see; dissatisfied unhappy; doctor physician; document
enter log note record register write; document file form paperwork record; doubt uncertainty;
doubtful suspect suspicious; download export; downtime outage; draft write; drag draw pull; drain
empty; drug medication medicine; due owe; duration period span term time window; duty obligation
responsibility; earlier former past previous prior; earnings income; ease facilitate help; educate
teach train; education schooling; electricity energy power; elevator lift; eligibility eligible
entitled qualified qualify; email mail; emergency urgency; emphasise emphasize stress; employ hire
recruit; employ hire use; empty vacant; encourage urge; end ending; end expiration expire expiry
lapse run; enrol enroll register sign; enrollment enrolment registration; enter fill input key put
record type write; entitlement right; entrance entry; equal match; equipment gear kit; error
failure fault mistake; escalate pass raise refer; essential necessary needed needful required;
evacuate leave; exam examination test; examine explore investigate look; example instance; exceed
outnumber; exceed surpass top; exchange replace substitute swap; execute operate run; extend
lengthen prolong; exterior outdoors outside; extra spare; fail failure; failure fault malfunction;
family relative; fast prompt quick rapid swift; fast quickly rapidly; feasible possible; fee
tuition; fetch get recover retrieve; file hand present send submit; film record; final last; find
look lookup search seek; find look notice see view; fine penalty; fire trigger; first initial
original; fix patch; fix resolve settle solve sort; fluid liquid; follow trace track; following
next subsequent; food meal; footwear shoes; forget miss overlook; forward give hand pass; free
release; frequent often regular; frequently often; fresh new; fulfil fulfill meet satisfy; fume
gas vapor vapour; function job operate work; generally normally typically usually; gift present;
give grant hand issue offer provide supply; give offer propose provide; glance look; go move
proceed travel; goal target; goods item merchandise product stock; grade mark score; gratitude
thank; grave serious severe; greet welcome; grow increase raise rise; growth increase rise;
guarantee warranty; guard protect safeguard secure; guardian parent; guest visitor; guide handbook
manual; guideline instruction rule; handbook rulebook; handle procedure process; harm hurt injure;
have own possess; hear listen; heavy weighty; hinder impede; hold keep maintain retain save stay
store; holder owner; holiday leave vacation; home house; host node server; hot warm; hurry rush;
id identification; ill sick; illegal unlawful; image photo photograph picture snap; immediately
promptly quickly; impolite rude; import load upload; inaccurate incorrect wrong; inadequate
insufficient; increase lift raise; indicate mean show signal; inform notify report tell; injury
wound; installment instalment payment; instrument tool utility; intend mean plan; intention
purpose; inventory stock; job task work; join participate; join unite; jot note write; journal
log; journey trip; keep maintain preserve; keep remain stay; kill terminate; kind sort type; know
understand; label mark tag; label sticker; lack want; latest recent; law legislation statute; lay
location place position put set; leak spill; learn study; learner pupil student; least minimum;
leave quit resign; leave retire; left remaining; lend loan; letter mail; licence license permit;
light lightweight; limit restrict; limit threshold; line queue; linger remain wait; list register;
little small; location place position site spot; lock secure; login signin; look stare; lose lost
misplace; loud noisy; mark spot stain; measure measurement metric; meet satisfy suffice; memorise
memorize remember; memory ram; mention note state; mention say state tell; method procedure
process; monitor observe track watch; monitor oversee supervise; move pass transfer; move relocate
shift transfer; neat tidy; necessity need require requirement want; norm standard; normal regular
standard typical usual; notice notification see spot; notice observe see; notice sign; occasion
time; occasionally sometimes; odd strange; online website internet web; open unlock; open unpack
unwrap; operate run use work; opinion view; overall sum total; overview summary; pack package
wrap; package packet parcel; package parcel shipment; paid pay payment settle; passcode password
pin; pause wait; pay remuneration; pay resolve settle; pay salary wage; period timeframe timescale
window; peruse read; phase stage step; photograph picture shoot; pile stack; plan program
programme scheme; plan schedule; pledge promise; policy regulation rule; postpone rearrange
reschedule; prepared ready; press push; pressing urgent; propose recommend suggest; provisional
temporarily temporary; purse wallet; rack shelf; read scan swipe; read skim; reboot restart;
recall recollect remember; receiver recipient; recover regain restore retrieve; refund reimburse
reimbursement repay repayment; related relevant; relaunch restart; remove uninstall; replacement
substitute; resell sell; resize scale; rip tear; road street; route way; safe secure; sale sell
sold; schedule timetable; scrape scratch; secondhand used; several some; shelf shelves; shout
yell; sign signature; site web website; slow sluggish; stockroom storeroom; store stow; suspect
think; sync synchronise synchronize; test try; turn twist; unauthorised unauthorized; update
upgrade; value worth
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
January = jan. | jan
February = feb. | feb
April = apr. | apr
August = aug. | aug
September = sept. | sept | sep. | sep
October = oct. | oct
November = nov. | nov
December = dec. | dec
to = in order to | so as to
ensure = make sure | makes sure | be sure to | be certain to | see to it that | take care to
immediately = as soon as possible | straight away | straightaway | right away | at once | without
    delay | without further delay | promptly
if = in the event that | in the event of | in case of | in cases of | in case | provided that | on
    condition that | as long as
whether = whether or not
before = prior to | ahead of
after = subsequent to
not have = lack | lacks | lacked
without = lacking | in the absence of
remember = keep in mind | bear in mind
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
full | empty
keep retain | destroy discard
report | hide conceal ignore
record | erase
remember | forget
encrypt | decrypt
upload | download
import | export
connect | disconnect
install | uninstall
clean | dirty
wet | dry
safe | dangerous unsafe
left | right
high | low
"""
