"""Decides which words carry grammar rather than content: small words, modals, denials, roles (English).

Whitespace-parted lists, split where they are used.
"""

from __future__ import annotations

LIGHT = """
able above accordance according accordingly action actual actually additional additionally
afterwards again ahead also although always another anyone appropriate apply applies area around
arrange aspect available away bear become begin beginning being below case certain certainly
circumstance clear clearly come comes complete completely concern concerned concerning condition
consequence consequently consider correct correctly course current currently deal detail directly
do does doing done due during each easy effect either else ensure entire entirely especially
essential etc eventually every everyone everything exact exactly example exist existing fact far
finally find first follow following follows form former forward full fully further furthermore
gain general generally get gets getting give given gives giving go goes going good got happen
happens hence hereby how however immediate immediately important include included includes
including indeed individual instance involve involved itself just keep keeping kept kind know
known later latter lead least let like likely longer made main mainly make makes making manner
mean means meanwhile moreover much namely necessary necessarily need needed needs new next normal
normally note now obtain occur once one ones onwards order otherwise overall own part particular
particularly people person place placed point possible possibly present previously proceed process
proper properly provide provided provides purpose put question quite ready really reason receive
received regard regarding regardless related relevant remain respective respectively result right
same say see seen set several show simple simply since situation so solely somebody someone
something sort soon specific specifically stage start state step still straight subject successful
successfully such sure take taken takes taking task tell thank thereafter therefore thereby thing
think this though through thus time together too toward towards treat try turn type under unit
upon use used useful user uses using usual usually utilise various via want way well whatever
whenever wherever whichever whilst whoever whole whom whose will wish within word work would yet
yourself somewhere anything anybody everybody happening lets staff member assist help allow
allowed enable prior advance beforehand rest remaining carry perform performed execute conduct
undertake handle handled manage managed stay continue basis matter level issue permit respect
please kindly personally presently stated listed described mentioned specified applicable suitable
corresponding
"""
"""Words that say little by themselves; a rewording may bring them in."""
STOP = """
a an the this that these those it its they them their theirs there here he she him his her hers we
us our ours you your yours i me my mine one's who whom whose which what where when why how and or
but nor so if then than as at by for from in into of off on onto out over to up with about between
among against across along is are was were be been being am has have had having do does did doing
will would shall not no 's s t re ve ll d m both either neither each every any all some such other
another own same very too also just even again ever more most less few many much while because
since though although after before until unless till during through per via under above below down
once whether e.g i.e etc eg ie vs
"""
ROLES = """
user worker volunteer resident tenant patient carer physician pharmacist lawyer analyst editor author
chairman chairwoman dispatcher foreman planner captain keeper holder learner pupil candidate
manager supervisor lead leader cashier customer agent representative officer director owner
administrator admin clerk assistant engineer technician driver buyer seller supplier vendor nurse
doctor teacher student parent borrower lender servicer applicant spouse employer colleague
employee staff contractor trainer trainee guard security auditor accountant operator developer
reviewer approver inspector warden marshal member guest visitor partner president chief head
secretary treasurer consultant specialist coordinator receptionist courier carrier picker packer
"""
"""Who acts: one never stands for another."""
NEEDED = """
need needs needed require requires required requiring necessary mandatory obligatory compulsory
essential
"""
"""Words of obligation that are no modal verb: their denial leaves a choice, it does not forbid."""
SHOULD = """
should recommended advisable preferably ideally
"""
MAY = """
may can could might allow allows allowed permit permits permitted optional optionally
"""
DENIALS = """
not no never none nobody nothing nowhere neither nor without unless except instead hardly rarely
seldom neednot
"""
SUBORDINATE = """
if when unless because since but until before after while where which who so then whereas although
though once except without
"""
OPENS = """
a an the this that these those any each every no your our their its his her of in on at by for
from with into onto under behind near and or
"""
"""Words after which something is named."""
ABSTRACT = """
tion tions sion sions ment ments ness ity ities ance ence ances ences ing ings ed ly
"""
"""Endings of words that name no thing, person or product."""
DENIABLE = """
used opened paid sold available authorised authorized certain clear clean safe successful read
signed attended damaged changed sealed licensed injured worn washed valid complete correct
eligible active accessible sufficient accurate satisfied connected known expected usual reachable
healthy verified approved resolved ready completed
"""
"""Words that un-, in-, non- or dis- denies."""
COUNTS = """
hourly daily nightly weekly fortnightly monthly quarterly yearly annual annually half double triple
total net gross average median
"""
"""Words that are figures in disguise."""
ENGLISH = """
the a an of to and in is are be for on with that this it not or by from at as you your if when
have has will can must do does was were their they any after before no up out all
"""
FOREIGN = """
der die das und ist nicht ein eine mit für auf den dem von zu sie le la les des une est pas pour
dans avec el los las una por para con que como il lo gli della che non per een het niet voor zijn
wordt och att som inte är det ikke på er du da em não uma os ao
"""
