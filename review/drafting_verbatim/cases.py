"""Decides which cases an SOP tells apart, and what it says to do in each.

A case is a condition before its instruction (`If …, do …`), a heading of one (`Not found: do …`) or
one behind it (`Do … if …`). Where a condition would not be understood by itself, it is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from review.drafting_verbatim.clauses import Block, Clause, Outline, SopStep
from review.drafting_verbatim.guide import named_lists
from review.drafting_verbatim.warning import is_labelled_warning
from review.drafting_verbatim.wording import MARK, announces, instructs, label

_OPENS = re.compile(
    r"(if|when|whenever|once|after|before|in case|as soon as|as long as|during|while)\s", re.I
)
_ARROW = re.compile(r"\s*(?:→|➜|➔|⇒|=>|-+>)\s*")
_FINDS_OUT = re.compile(
    r"(?:ask|assess|check|compare|confirm|count|decide|find|inspect|look|measure|search|see|test|verify"
    r"|run the)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"(?<!,)\s(if|when)\s(?=[^,;:]+$)")
_ASKS = re.compile(
    r"\b(?:even|as|see|check|checks|ask|asks|asking|checking|seeing|confirming|know|determine"
    r"|decide|verify|confirm|find out|tell us|only"
    r"|whether|sure|note|say|indicate|example|except|and|or|than|just)$",
    re.IGNORECASE,
)
_SUBJECTLESS = re.compile(
    r"(?:it|its|this|that|these|those|he|she|so|such|one|either|both|neither|none|doing|not"
    r"|asked|done|needed|required|necessary|possible|applicable|available|so)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:it|them|this|these|those|so|above|below|previous|section|step|steps|here|there)\b", re.I
)
_PEOPLE = re.compile(
    r"\b(customer|caller|client|patient|guest|visitor|colleague|student|user|member|employee"
    r"|applicant|tenant|passenger|supplier|driver|resident|shopper|buyer)s?\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:they|their|them|theirs)\b", re.IGNORECASE)
_THEN = re.compile(
    r"(?:,\s+|(?<!should)(?<!must)(?<!will)(?<!can)(?<!may)\s+)then\s+(?=\w)", re.IGNORECASE
)
_YOU_IT = re.compile(r"(?:you|they|we)\b.*\b(?:it|them|this|these|those)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\W|(?:and|or|but|nor|who|which|where|whose|that|this|it|wonderful|great|sorry)\b",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(
    r"\b(?:can|cannot|can['’]t|like|want|wish|more|less|do|does|not|did|is|are|has|have|know|yes|no"
    r"|(?:nothing|no \w+) found)$",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:section|step|chapter|page)s? \d|\b(?:above|below|(?:next|previous) step)$"
    r"|\b(?:the|these|those) (?:above|below|previous|preceding|following|earlier)\b",
    re.IGNORECASE,
)
_NO_CASE = re.compile(
    r"(?:we|you|i|option|note|nb|example|examples|tip|remember|reminder|scope|purpose|step|important|result"
    r"|output|see|answer|question|reason|background|owner|version|contact|critical|mandatory|essential"
    r"|required|hint|info|careful)\b",
    re.IGNORECASE,
)
_FORBIDS_TOO = re.compile(r"\w+,\s+(?:do not|don['’]t|never)\s", re.IGNORECASE)
"""How an instruction goes on, and no list of conditions: `When a guest argues, listen, do not …`."""
FEW = 2
LONGEST = 30
"""Words of a condition, at most."""


@dataclass(frozen=True, slots=True)
class Case:
    """A condition of the SOP and what then holds.

    `when` is the condition: `if the customer does not know`, or a heading as it stands (`Not
    found`); `opening` is its first word in lower case, empty for a heading. `then` is what follows,
    empty where `points` are lists of their own. `about` is who `they` are, empty where nobody is;
    `after` is the step before a heading of few words, without which it might say too little.
    """

    when: str
    opening: str
    then: str
    points: tuple[Clause, ...]
    about: str = ""
    after: Clause | None = None

    @property
    def acts(self) -> bool:
        """Whether what follows is something to do."""
        return not self.then or instructs(self.then)


def cases(sop: Outline) -> list[Case]:
    """Every case of an SOP, in its order, each condition once."""
    person = _person(sop)
    named = named_lists(sop)
    found: dict[str, Case] = {}
    before: SopStep | None = None
    for part in sop.parts:
        list_id = part.list_id if isinstance(part, SopStep) else None
        if before and list_id != before.list_id:
            before = None
        is_named = list_id is not None and named[list_id]
        told = list(_of_part(part, person, is_named=is_named))
        for case in told:
            short = not case.opening and len(case.when.split()) <= FEW
            after = case.after or (before.head.sentences[0] if before else None)
            after = after if short else None
            found.setdefault(f"{after}{case.when.casefold()}", replace(case, after=after))
        if isinstance(part, SopStep) and not told:
            before = part
    return list(found.values())


def _person(sop: Outline) -> str:
    """Whom the SOP is about, where it names one kind of people often."""
    said = " ".join(line.text for line in sop.clauses)
    counted = Counter(found.casefold() for found in _PEOPLE.findall(said)).most_common(1)
    return counted[0][0] if counted and counted[0][1] >= 2 else ""


def _of_part(part: SopStep | Block, person: str, *, is_named: bool) -> Iterator[Case]:
    for at, line in enumerate(part.lines):
        if line.form in ("code", "row") or is_labelled_warning(line.text):
            continue
        if arrowed := _arrowed(line):
            if understood := _understood(arrowed, person):
                yield understood
            continue
        for n, sentence in enumerate(line.sentences):
            said = sentence.text.strip()
            if n == 0:
                said = MARK.sub("", said, count=1) if MARK.match(said) else said
            if (at == 0 and n == 0 and is_named) or _OPENS.match(label(said)[1]):
                said = label(said)[1]
            rest = part.lines[at + 1 :] if n == len(line.sentences) - 1 else ()
            case = (
                _announced(said, sentence, rest)
                or _before(said, sentence)
                or (None if is_named and at == 0 else _headed(said, line.sentences[n:]))
                or _behind(said, sentence)
            )
            if case and (understood := _understood(case, person)):
                yield replace(understood, after=_asked_before(line.sentences[:n]))


def _arrowed(line: Clause) -> Case | None:
    """`If the door is stuck → push the button`, with all that the line says behind its arrow."""
    opens, found = _OPENS.match(line.text), _ARROW.search(line.text)
    if opens is None or found is None:
        return None
    condition = _lowered(line.text[: found.start()])
    return Case(condition, opens[1].casefold(), line.text[found.end() :], (line,))


def _asked_before(sentences: Sequence[Clause]) -> Clause | None:
    """The last sentence that asks for something whose outcomes the next ones tell apart."""
    return next((s for s in reversed(sentences) if _FINDS_OUT.match(s.text)), None)


def _announced(said: str, sentence: Clause, rest: Sequence[Clause]) -> Case | None:
    """`If they are still unhappy:` with the lines below it."""
    below = []
    for line in rest:
        if line.depth <= sentence.depth and sentence.depth:
            break
        if line.form == "code" or announces(line.text):
            return None
        below.append(line)
    opens = _OPENS.match(said)
    if not opens or not said.endswith(":") or "," in said or not 1 <= len(below) <= 5:
        return None
    return Case(_lowered(said[:-1]), opens[1].casefold(), "", (sentence, *below))


def _before(said: str, sentence: Clause) -> Case | None:
    """`If the parcel is wet, refuse it.`"""
    found = split_condition(said)
    if found is None:
        return None
    opening, condition, then = found
    return Case(condition, opening, then, (sentence,))


def split_condition(said: str) -> tuple[str, str, str] | None:
    """The first word of a condition, the condition in lower case, and what then is to be done."""
    opens = _OPENS.match(said)
    if not opens or announces(said):
        return None
    joints = list(_THEN.finditer(said)) or list(re.finditer(r",\s*", said))
    for joint in joints:
        condition, then = _lowered(said[: joint.start()]), said[joint.end() :]
        listed = (re.match(r"\w+,", then) and not _FORBIDS_TOO.match(then)) or (
            len(joints) > 1
            and re.search(r",\s*(?:or|and)\s", said[joint.start() :])
            and "then" not in joint.group()
            and len(then.split(",")[0].split()) < 2
        )
        if listed:
            continue
        certain = "then" in joint.group() or instructs(then) or then.startswith("you ")
        if certain or (len(joints) == 1 and not _GOES_ON.match(then)):
            return opens[1].casefold(), condition, then
    return None


def _headed(said: str, following: Sequence[Clause]) -> Case | None:
    """`Not found: store credit …`, with the sentences after it up to the next heading."""
    heading, then = label(said)
    if not heading or _NO_CASE.match(heading) or instructs(heading) or not instructs(then):
        return None
    points = [following[0]]
    for more in following[1:]:
        if label(more.text)[0]:
            break
        points.append(more)
    return Case(heading, "", then, tuple(points))


def _behind(said: str, sentence: Clause) -> Case | None:
    """`Write "unchecked" if you could not look inside.`"""
    found = list(_BEHIND.finditer(said))
    if len(found) != 1 or not instructs(said) or announces(said):
        return None
    then, condition = said[: found[0].start()], said[found[0].start() :].strip()
    if _ASKS.search(then) or _ELSEWHERE.search(condition) or len(then.split()) < 2:
        return None
    if _ELSEWHERE.search(then):
        return None
    return Case(_lowered(condition), found[0][1], then, (sentence,))


def _understood(case: Case, person: str) -> Case | None:
    """The case, if its condition says by itself what it is about."""
    if _REFERS.search(case.then):
        return None
    when = " ".join(case.when.split()).rstrip(".,;: ")
    subject = when[len(case.opening) :].strip() if case.opening else when
    if not 1 <= len(subject.split()) <= LONGEST or _unbalanced(when) or _odd(when):
        return None
    if ":" in when or ";" in when or _CUT_SHORT.search(when):
        return None
    if case.opening and (
        len(subject.split()) < 2 or _SUBJECTLESS.match(subject) or _YOU_IT.match(subject)
    ):
        return None
    if _REFERS.search(when):
        return None
    about = ""
    if _THEY.search(when) and not _PEOPLE.search(when.split(" they")[0]):
        if not person:
            return None
        about = person
    return Case(when, case.opening, case.then, case.points, about)


def _lowered(condition: str) -> str:
    return condition[:1].lower() + condition[1:]


def _unbalanced(text: str) -> bool:
    return any(text.count(a) != text.count(b) for a, b in ("()", "[]", "“”")) or bool(
        text.count('"') % 2
    )


def _odd(text: str) -> bool:
    """Whether a text holds marks of code or of a link."""
    return bool(re.search(r"[{}<>=\\|`]|\w_\w|://|\$\w", text))
