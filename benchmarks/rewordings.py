"""Makes honest rewordings of a document's sentences, and harmful edits of those rewordings.

Shares no code with the check that it measures: own sentences, own word lists, own numbers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harms import HARMS, SMALL, TENS, Change


@dataclass(frozen=True, slots=True)
class Case:
    """A passage with a sentence made from it. `kind` names the changes or the harm."""

    file: str
    passage: str
    source: str
    sentence: str
    kind: str


SWAPS = """
customer=client;customers=clients;check=verify;checks=verifies;checked=verified;ask=request
buy=purchase;bought=purchased;begin=start;begins=starts;choose=select;chooses=selects
give=provide;gives=provides;given=provided;get=obtain;gets=obtains;help=assist;show=display
shows=displays;tell=inform;tells=informs;find=locate;finds=locates;fix=repair;fixed=repaired
send=forward;sends=forwards;sent=forwarded;keep=retain;keeps=retains;kept=retained
end=finish;ends=finishes;wrong=incorrect;immediately=straight away;enough=sufficient
big=large;quickly=rapidly;also=additionally;but=however;need=require;needs=requires
use=utilise;uses=utilises;used=utilised;make sure=ensure;ensure=make sure;remove=take off
item=article;items=articles;problem=issue;problems=issues;issue=problem;issues=problems
phone=telephone;money=cash;goods=merchandise;shop=store;shops=stores;staff=employees
in order to=to;before=prior to;because=since;about=concerning;allow=permit;allows=permits
happens=occurs;happen=occur;enter=type in;inspect=examine;examine=inspect;complete=finish
completed=finished;error=mistake;errors=mistakes;parcel=package;parcels=packages
photograph=picture;rest=remainder;original=initial;until=till;at once=immediately
several=a number of;usually=normally;damaged=broken;repair=mend;replace=substitute
replacement=substitute;return=bring back;returned=brought back;refund=reimburse
details=particulars;receive=get;receives=gets;received=got;contact=get in touch with
look at=inspect;writes=notes down;say=state;says=states;wait=hold on;stop=cease
number of=amount of;via=through;investigate=look into;determine=establish;verify=confirm
view=see;run=execute;running=executing;fails=breaks down;fired=triggered;fires=triggers
cause=reason;caused=triggered;causes=triggers;high=elevated;occur=happen;occurs=happens
available=accessible;additional=further;additionally=in addition;indicates=shows
required information=necessary information;submit=send in;apply=make an application
eligible=entitled;loan=borrowing;school=college;amount=sum;monthly=every month;form=document
provide=supply;provides=supplies;explain=describe;purchase=buy;believe=think;conversation=chat
answer=reply;attempt=try;inquire=ask;politely=courteously;search=look
"""
VERBS = """
check=checked;scan=scanned;ask=asked;take=taken;give=given;refund=refunded;write=written;put=put
keep=kept;send=sent;ring=rung;call=called;open=opened;close=closed;lock=locked;enter=entered
use=used;look=;wait=;tell=told;find=found;offer=offered;hand=handed;tag=tagged;fill=filled
select=selected;choose=chosen;verify=verified;inspect=inspected;run=run;click=clicked;type=typed
make=made;move=moved;remove=removed;add=added;set=set;get=obtained;show=shown;stop=stopped
block=blocked;print=printed;sign=signed;count=counted;record=recorded;report=reported;release=released
start=started;review=reviewed;ensure=ensured;investigate=investigated;follow=followed;apply=applied
submit=submitted;contact=contacted;provide=provided;complete=completed;explain=explained
confirm=confirmed;identify=identified;delete=deleted;restart=restarted;wash=washed;wear=worn
pull=pulled;bring=brought;place=placed;stick=stuck;mark=marked;note=noted;see=seen;try=tried
"""
PAIRS = dict(pair.split("=") for pair in SWAPS.replace("\n", ";").split(";") if "=" in pair)
PARTICIPLES = dict(pair.split("=") for pair in VERBS.replace("\n", ";").split(";") if "=" in pair)
UNITS = {"minutes": "mins", "hours": "hrs", "seconds": "secs", "working days": "business days"}
BOUNDS = {
    "up to": ("at most", "no more than", "a maximum of"),
    "at least": ("no fewer than", "a minimum of"),
    "more than": ("over", "in excess of"),
    "less than": ("under", "below"),
    "no more than": ("at most", "not more than"),
    "Above": ("Over", "For more than"),
}
MODALS = {
    "must not": ("are not allowed to", "mustn't", "may not"),
    "cannot": ("can't", "are not able to", "are unable to"),
    "must": ("have to", "are required to", "need to"),
    "should": ("ought to",),
    "may": ("are allowed to", "are permitted to"),
    "need to": ("must", "have to"),
    "has to": ("must",),
}
SHORT = {
    "do not": "don't",
    "does not": "doesn't",
    "cannot": "can't",
    "is not": "isn't",
    "are not": "aren't",
    "will not": "won't",
    "Do not": "Don't",
    "it is": "it's",
    "you are": "you're",
}
LEADS = (
    "According to the procedure, ",
    "As a rule, ",
    "In short, ",
    "Please note: ",
    "The policy says that ",
)


def cases(folder: Path, honest: int, harmful: int, seed: int) -> tuple[list[Case], list[Case]]:
    """As many honest and harmful cases as asked for, spread over the folder's Markdown files."""
    rng = random.Random(seed)
    pool = [item for file in sorted(folder.rglob("*.md")) for item in _sentences(file, folder)]
    rng.shuffle(pool)
    good: list[Case] = []
    bad: list[Case] = []
    wanted = list(HARMS)
    for turn in range(40):
        for file, passage, source in pool:
            if len(good) >= honest and len(bad) >= harmful:
                return good, bad
            reworded, kind = _reworded(source, passage, rng)
            if not kind:
                continue
            if len(bad) < harmful and (turn or len(good) % 2 == 0):
                harm = wanted[len(bad) % len(wanted)]
                edited = HARMS[harm](reworded, rng)
                if _plain(edited) != _plain(reworded) and _plain(edited) not in _plain(passage):
                    bad.append(Case(file, passage, source, edited, harm))
                    continue
            if len(good) < honest and not any(case.sentence == reworded for case in good):
                good.append(Case(file, passage, source, reworded, kind))
    return good, bad


def _sentences(file: Path, folder: Path) -> Iterator[tuple[str, str, str]]:
    """(file, passage, sentence): the passage is what stands under one heading, about 120 words."""
    text = re.sub(
        r"```.*?```", "", file.read_text(encoding="utf-8", errors="replace"), flags=re.DOTALL
    )
    for section in re.split(r"(?m)^#+ .*$", text):
        blocks = [
            block
            for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)", section)
            if block.strip()
        ]
        chunk: list[str] = []
        chunks: list[str] = []
        for block in blocks:
            line = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", " ".join(block.split())).replace(
                "**", ""
            )
            if sum(len(held.split()) for held in chunk) + len(line.split()) > 130 and chunk:
                chunks.append("\n".join(chunk))
                chunk = []
            chunk.append(line)
        chunks.append("\n".join(chunk))
        for passage in chunks:
            for line in passage.split("\n"):
                line = re.sub(r"^\s*(?:[-*]|\d+\.)\s+", "", line)
                for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", line):
                    if 6 <= len(sentence.split()) <= 32 and re.fullmatch(
                        r"[A-Z][^`|{}<>\[\]_]*\.", sentence
                    ):
                        yield str(file.relative_to(folder)), passage, sentence


def _reworded(source: str, passage: str, rng: random.Random) -> tuple[str, str]:
    """A sentence after two to four honest changes, and their names; no names where none applied."""
    text, done = source, []
    if rng.random() < 0.15 and (merged := _merged(source, passage, rng)):
        text, done = merged, ["merge"]
    names = list(HONEST)
    rng.shuffle(names)
    names.sort(key=lambda name: name == "lead")  # a lead-in goes in front of what is finished
    want = rng.randint(2, 4)
    for name in names:
        if len(done) >= want or (name == "lead" and rng.random() < 0.8):
            break
        changed = HONEST[name](text, rng)
        if _plain(changed) != _plain(text):
            text, done = changed, [*done, name]
    if not set(done) - {"lead", "contraction"}:
        return source, ""
    return text, "+".join(done)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w£$€%]+", text.casefold()))


def _low(text: str) -> str:
    """The text to go on with in the middle of a sentence."""
    return text if re.match(r"[A-Z][A-Z]|I\b|[A-Z]\w*[A-Z]", text) else text[:1].lower() + text[1:]


def _up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _merged(source: str, passage: str, rng: random.Random) -> str:
    found = re.search(re.escape(source) + r"\s+(?:\d+\.\s+|-\s+)?([A-Z][^.\n:]{12,120}\.)", passage)
    if found is None or len(source.split()) > 16:
        return ""
    return (
        source[:-1]
        + rng.choice((", and ", "; ", ". In addition, ")).replace(". In", "; in")
        + _low(found[1])
    )


def _synonyms(text: str, rng: random.Random) -> str:
    words = [word for word in PAIRS if re.search(rf"\b{word}\b", text)]
    for word in rng.sample(words, min(len(words), rng.randint(1, 3))):
        text = re.sub(rf"\b{word}\b", PAIRS[word], text, count=1)
    return text


def _in_words(text: str, rng: random.Random) -> str:
    def said(match: re.Match[str]) -> str:
        value = int(match[0])
        if value < 20:
            return SMALL[value]
        tens, ones = divmod(value, 10)
        return TENS[tens - 2] + (f"-{SMALL[ones]}" if ones else "")

    text = re.sub(r"(?<![\w£$€.,:/-])\d{1,2}(?=\s[a-z])", said, text)
    return (
        re.sub(
            r"(?<![\w-])(" + "|".join(SMALL[2:]) + r")(?![\w-])",
            lambda match: str(SMALL.index(match[0])) if rng.random() < 0.5 else match[0],
            text,
        )
        if rng.random() < 0.3
        else text
    )


def _money(text: str, rng: random.Random) -> str:
    text = re.sub(
        r"£([\d,.]*\d)", lambda m: f"{m[1]} pounds" if rng.random() < 0.7 else f"GBP {m[1]}", text
    )
    text = re.sub(r"\$([\d,.]*\d)", r"\1 dollars", text)
    return re.sub(r"(\d)%", r"\1 percent", text)


def _units(text: str, rng: random.Random) -> str:
    for long, short in UNITS.items():
        text = re.sub(rf"(\d )\b{long}\b", rf"\1{short}", text)
    return re.sub(
        r"\b(\d{1,2}):00\b",
        lambda m: f"{int(m[1]) % 12 or 12} {'am' if int(m[1]) < 12 else 'pm'}",
        text,
    )


def _bounds(text: str, rng: random.Random) -> str:
    for said, others in BOUNDS.items():
        pattern = rf"\b(?<!no )(?<!not ){said} (?=[£$\d]|a |two|three)"
        text = re.sub(pattern, rng.choice(others) + " ", text)
    return text


def _modal(text: str, rng: random.Random) -> str:
    for said, others in MODALS.items():
        if re.search(rf"\b{said}\b(?! not)", text):
            return re.sub(rf"\b{said}\b(?! not)", rng.choice(others), text, count=1)
    return text


def _commanded(text: str, rng: random.Random) -> str:
    if text.split()[0].lower() in PARTICIPLES:
        starts = ("You must ", "You have to ", "You need to ", "It is necessary to ")
        return rng.choice(starts) + _low(text)
    if found := re.match(r"(?:Do not|Don't) ", text):
        starts = ("You must not ", "Never ", "You may not ", "It is forbidden to ")
        return rng.choice(starts) + text[found.end() :]
    return text


def _passive(text: str, rng: random.Random) -> str:
    found = re.match(
        r"(\w+) ((?:the|a|an|any|every|each|their|your) (?:[a-z]+ )?[a-z]+)"
        r"((?: (?:to|on|in|at|for|from|with|before|after|by|and|if|until)\b.*)?\.)$",
        text,
    )
    if found is None or found[2].endswith("ly"):
        return text
    done = PARTICIPLES.get(found[1].lower())
    must = rng.choice(("must be", "has to be", "is to be"))
    return f"{_up(found[2])} {must} {done}{found[3]}" if done else text


def _reordered(text: str, rng: random.Random) -> str:
    if found := re.match(
        r"(If|When|Once|To|Before|After|Until|Unless) ([^,;:]+), ([^,;:]+)\.$", text
    ):
        rest = re.sub(r"^then ", "", found[3])
        return f"{_up(rest)} {found[1].lower()} {found[2]}."
    if found := re.match(
        r"([A-Z][^,;:.]{12,}) (if|when|once|before|after|until|unless) ([^,;:.]+)\.$", text
    ):
        return f"{_up(found[2])} {found[3]}, {_low(found[1])}."
    if found := re.match(r"([A-Z][^,;:.]+): ([a-z][^:.]+)\.$", text):
        return f"{_up(found[2])} ({_low(found[1])})."
    return text


def _split(text: str, rng: random.Random) -> str:
    """One half of two coordinate statements."""
    if found := re.match(r"([A-Z][^;]{15,}); ([^;]{15,})$", text):
        return f"{found[1]}." if rng.random() < 0.5 else _up(found[2])
    found = re.match(r"((?:[A-Z]\w+) [^,;:]{8,}),? and (\w+) ([^,;:]{6,}\.)$", text)
    if found and found[1].split()[0].lower() in PARTICIPLES and found[2] in PARTICIPLES:
        return f"{found[1]}." if rng.random() < 0.5 else f"{_up(found[2])} {found[3]}"
    return text


def _contracted(text: str, rng: random.Random) -> str:
    for said, other in SHORT.items():
        if re.search(rf"\b{said}\b", text):
            text = re.sub(rf"\b{said}\b", other, text)
        elif rng.random() < 0.5:
            text = re.sub(rf"\b{other}\b", said, text)
    return text


def _numbered(text: str, rng: random.Random) -> str:
    text = re.sub(
        r"\b(?:A|The) (customer|user|student|borrower|visitor|cashier)\b"
        r"(?= (?:can|may|must|should|who)\b)",
        lambda match: f"{match[1].title()}s",
        text,
    )
    one, other = rng.choice((("each", "every"), ("every", "each")))
    return re.sub(rf"\b{one}\b", other, text)


def _lead(text: str, rng: random.Random) -> str:
    return rng.choice(LEADS) + _low(text)


HONEST: dict[str, Change] = {
    "synonym": _synonyms, "words": _in_words, "money": _money, "units": _units, "bounds": _bounds,
    "modal": _modal, "command": _commanded, "passive": _passive, "order": _reordered, "split": _split,
    "contraction": _contracted, "plural": _numbered, "lead": _lead,
}  # fmt: skip
