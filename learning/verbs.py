"""Decides which verbs can be seen being done, which cannot, and what stands behind a noun of action."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACTION_VERBS = _words(
    """
    accept access acknowledge activate adapt add address adjust advise agree align allocate amend
    analyse analyze announce answer apply appraise approve arrange ask assemble assess assign attach
    attend audit authorise authorize back balance bag barcode bill block book box brief bring build
    calculate calibrate call cancel capture care carry categorise categorize certify change charge
    chart check choose clarify classify clean clear climb close coach code collect combine compare
    compile complete comply compose compute conduct configure confirm connect consolidate construct
    contact contain contrast control convert cook copy correct count create critique cut date debug
    decide decline decontaminate deduct defend define delegate deliver demonstrate deploy describe
    design detect determine develop diagnose diagram differentiate direct disassemble discharge
    disconnect discount dismantle dispatch display dispose distinguish distribute divide document
    draft drain draw drive edit eject elicit empty enable encrypt enter escalate escort estimate
    evacuate evaluate examine exchange execute explain export express extinguish extract fasten feed
    file fill filter fit fix flag fold follow forecast formulate forward gather generate give grade
    greet group guide hand hang hold identify illustrate implement import inform initiate insert
    inspect install instruct interpret interview inventory investigate invoice isolate issue itemise
    itemize join judge justify keep label lay lead leave lift list load locate lock log look lower
    maintain make manufacture map mark match measure mediate merge mix model moderate modify monitor
    mount move name negotiate notify number obtain offer open operate order organise organize
    orientate outline pack park pass patch pay perform pick place plan plot post pour practise
    predict prepare prescribe present press price print prioritise prioritize process procure produce
    program prohibit prompt propose prove provide publish pull purchase push put quarantine query
    question quote raise rank rate read rebuild recall recalculate receive recite recommend
    reconcile reconstruct record recycle redirect reduce refer refund refuse refute register reject
    relate release relocate remove rename repair repeat rephrase replace replenish reply report
    request reschedule reserve reset resolve respond restart restock restore restrict retrieve return
    reverse review revise rewrite ring rinse rotate route run sample sanitise sanitize scan schedule
    seal search secure segregate select sell send separate serve service set ship show shut sign
    signal simulate sketch solve sort specify split stack start state sterilise sterilize stock stop
    store stow strip submit suggest summarise summarize supply suspend swap sweep switch tabulate
    tag take tally teach tell terminate test tidy tie time total trace track trade train transcribe
    transfer transform translate transport treat triage troubleshoot turn type unload unlock unpack
    update upload use vacate validate verify visit void wait warn wash wear weigh wipe withdraw wrap
    write
    bake bandage blend boil braze brush buff carve cast chop crimp cycle dance decant defuse dial dig
    disinfect dose drill dry dye fillet fry garnish graft grease grill grind groom grout hammer
    harvest hire hoist inflate inject iron irrigate knit lathe level light lubricate mill milk mop
    mow nail onboard paint peel pipette plane plant plaster plaster plug polish press prune pump
    raise ream reboot reconnect resuscitate rivet roast sand saw screw sew shave shape sharpen sing
    slice solder spell splice splint spray stain steam steer stitch strap suture swim syringe tile
    apologise apologize broadcast calm cash catalogue chair chat chill cite clip commission crate
    deactivate dilute dictate discuss divert engrave enrol enumerate format halve host index infer
    interrupt knot laminate lend litigate mentor mime mobilise multiply nominate oil palletise
    paraphrase paste phone photograph portion postpone probe proofread quantify rearrange rehearse
    remind renew render round save say scale scrape screen season settle shelve sift soak spot
    squeeze stamp staple stir subtract survey taste telephone thaw thread tighten torque trap trigger
    unlace unplug unwrap vet wave welcome winch wind zip
    tow trim tune unblock vaccinate varnish walk weed weld wire
    """
)
"""What a colleague could watch or hold the result of."""

VAGUE_VERBS: dict[str, str] = {
    "know": "explains",
    "know how to": "",
    "know when to": "",
    "have the ability to": "",
    "has the ability to": "",
    "know of": "names",
    "know about": "explains",
    "understand": "explains",
    "comprehend": "explains",
    "grasp": "explains",
    "learn": "applies",
    "learn about": "applies",
    "appreciate": "explains",
    "realise": "names",
    "realize": "names",
    "recognise the importance of": "gives the reasons for",
    "recognize the importance of": "gives the reasons for",
    "remember": "states",
    "believe in": "follows",
    "believe": "states",
    "think about": "lists",
    "think": "decides",
    "consider": "lists",
    "value": "follows",
    "respect": "follows",
    "enjoy": "carries out",
    "feel": "carries out",
    "be": "carries out",
    "is": "carries out",
    "are": "carries out",
    "be aware of": "names",
    "is aware of": "names",
    "are aware of": "names",
    "aware of": "names",
    "be aware": "names",
    "is aware": "names",
    "be familiar with": "uses",
    "is familiar with": "uses",
    "are familiar with": "uses",
    "familiar with": "uses",
    "familiarise": "uses",
    "familiarize": "uses",
    "become familiar with": "uses",
    "become": "carries out",
    "be able to": "carries out",
    "be good at": "carries out",
    "is good at": "carries out",
    "good at": "carries out",
    "be confident in": "carries out",
    "is confident in": "carries out",
    "is confident with": "uses",
    "confident in": "carries out",
    "confident with": "uses",
    "be proficient in": "carries out",
    "is proficient in": "carries out",
    "proficient in": "carries out",
    "be competent in": "carries out",
    "is competent in": "carries out",
    "be responsible for": "checks",
    "is responsible for": "checks",
    "responsible for": "checks",
    "have": "shows",
    "has": "shows",
    "have knowledge of": "explains",
    "has knowledge of": "explains",
    "have a knowledge of": "explains",
    "have good knowledge of": "explains",
    "has good knowledge of": "explains",
    "has a good knowledge of": "explains",
    "have an understanding of": "explains",
    "has an understanding of": "explains",
    "has a good understanding of": "explains",
    "have experience with": "uses",
    "has experience with": "uses",
    "has experience in": "carries out",
    "possess": "shows",
    "demonstrate understanding of": "explains",
    "demonstrate an understanding of": "explains",
    "demonstrate knowledge of": "explains",
    "demonstrate awareness of": "names",
    "demonstrate an awareness of": "names",
    "show understanding of": "explains",
    "show an understanding of": "explains",
    "show awareness of": "names",
    "show an awareness of": "names",
    "show knowledge of": "explains",
    "display knowledge of": "explains",
    "develop an understanding of": "explains",
    "gain an understanding of": "explains",
    "gain knowledge of": "explains",
    "gain": "shows",
    "acquire": "shows",
    "improve": "measures",
    "enhance": "measures",
    "optimise": "measures",
    "optimize": "measures",
    "support": "answers",
    "assist": "answers",
    "assist with": "completes",
    "help": "answers",
    "help with": "completes",
    "handle": "processes",
    "deal with": "processes",
    "cope with": "processes",
    "manage": "plans",
    "ensure": "checks",
    "oversee": "checks",
    "leverage": "uses",
    "utilise": "uses",
    "utilize": "uses",
    "work": "carries out",
    "work with": "uses",
    "engage": "answers",
    "engage with": "answers",
    "interact with": "answers",
    "communicate": "explains",
    "communicate with": "answers",
    "collaborate": "agrees",
    "collaborate with": "agrees a plan with",
    "participate in": "carries out",
    "contribute to": "carries out",
    "be involved in": "carries out",
    "is involved in": "carries out",
    "take responsibility for": "carries out",
    "take ownership of": "carries out",
    "try": "carries out",
    "try to": "carries out",
    "strive": "carries out",
    "embrace": "follows",
    "internalise": "follows",
    "internalize": "follows",
    "master": "carries out",
    "explore": "lists",
    "focus on": "carries out",
    "care about": "follows",
    "care for": "checks",
}
"""What cannot be seen, in its base form -> what can be seen instead, in the third person.

`""`: what follows is the verb.
"""

NOUNS_OF_ACTION: dict[str, str] = {
    "adjustment": "adjusts",
    "administration": "records",
    "analysis": "analyses",
    "analytics": "analyses",
    "approval": "approves",
    "assessment": "assesses",
    "assembly": "assembles",
    "audit": "audits",
    "auditing": "audits",
    "awareness": "names",
    "budgeting": "drafts",
    "calculation": "calculates",
    "cleaning": "cleans",
    "coaching": "coaches",
    "collection": "collects",
    "communication": "explains",
    "compliance": "follows",
    "control": "checks",
    "counting": "counts",
    "delivery": "delivers",
    "design": "designs",
    "development": "develops",
    "documentation": "documents",
    "escalation": "escalates",
    "evacuation": "evacuates",
    "evaluation": "evaluates",
    "forecasting": "forecasts",
    "handling": "processes",
    "identification": "identifies",
    "implementation": "implements",
    "inspection": "inspects",
    "installation": "installs",
    "knowledge": "explains",
    "leadership": "briefs",
    "literacy": "interprets",
    "maintenance": "maintains",
    "management": "plans",
    "measurement": "measures",
    "mentoring": "coaches",
    "modelling": "models",
    "monitoring": "monitors",
    "negotiation": "negotiates",
    "operation": "operates",
    "operations": "carries out",
    "organisation": "organises",
    "organization": "organizes",
    "packing": "packs",
    "planning": "plans",
    "preparation": "prepares",
    "presentation": "presents",
    "pricing": "prices",
    "prioritisation": "ranks",
    "processing": "processes",
    "procurement": "orders",
    "protection": "protects",
    "purchasing": "orders",
    "reconciliation": "reconciles",
    "recording": "records",
    "recruitment": "interviews",
    "refunds": "refunds",
    "repair": "repairs",
    "reporting": "reports",
    "research": "compares",
    "resolution": "resolves",
    "review": "reviews",
    "sales": "sells",
    "scheduling": "schedules",
    "security": "checks",
    "selection": "selects",
    "storage": "stores",
    "supervision": "checks",
    "support": "answers",
    "teamwork": "agrees",
    "testing": "tests",
    "thinking": "compares",
    "training": "trains",
    "troubleshooting": "diagnoses",
    "understanding": "explains",
    "validation": "validates",
    "verification": "verifies",
    "visualisation": "charts",
    "visualization": "charts",
    "writing": "writes",
}
"""A noun that names an action -> the action, in the third person."""


NOUNS_TOO = _words(
    "access audit batch bill book box change contract control design document group label lift load"
    " map market model order plan price process project record report review risk sample scan service"
    " stock supply test time trade"
)
"""Verbs that are nouns as well: before a noun of action they are one."""


def third_person(verb: str) -> str:
    """Return the verb as it is said of somebody: process -> processes, apply -> applies."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"
