"""Decides that the made-up company is whole: its files agree with each other and with its story.

Only the data is read here, with a YAML parser; whether the product takes it is tested elsewhere.
"""

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SOPS = SAMPLES / "sops"
URIS = sorted(path.relative_to(SOPS).as_posix() for path in SOPS.rglob("*.md"))
ROLES = {"service-agent", "shift-lead", "warehouse-operative"}

EXPIRED = "safety/chemical-spill-response.md"
UNVALIDATED = "till/price-match.md"
OWNER_GONE = "warehouse/stock-count.md"
CONFLICT = ("service/lost-property.md", "service/store-handbook.md")
NEAR_DUPLICATE = ("returns/exchanges.md", "till/exchanges-quick-version.md")
SHIFT_LEADS_ONLY = "till/opening-cash-up-and-closing.md"
BLOCKED = {
    EXPIRED: "expired",
    UNVALIDATED: "unvalidated",
    OWNER_GONE: "owner_gone",
    CONFLICT[0]: "conflict",
    CONFLICT[1]: "conflict",
}


def load(name: str) -> Any:
    return yaml.safe_load((SAMPLES / name).read_text("utf-8"))


PEOPLE = {person["email"]: person for person in load("people.yaml")}
GOVERNANCE = load("sops/governance.yaml")
QUESTIONS = load("questions.yaml")


def text_of(uri: str) -> str:
    return (SOPS / uri).read_text("utf-8")


def governance_of(uri: str) -> dict[str, Any]:
    """What the file says of a document: defaults, then every glob that fits, later entries last."""
    found = dict(GOVERNANCE["defaults"])
    for glob, entry in GOVERNANCE["documents"].items():
        if SOPS / uri in SOPS.glob(glob):
            found |= entry
    return found


def days(written: str) -> int:
    """How many days ago `today-40d` is, or how many days `90d` are."""
    match = re.fullmatch(r"(?:today-)?(\d+)d", written)
    assert match, f"{written!r} is not relative, so the demo would grow old"
    return int(match.group(1))


def headings(uri: str) -> list[str]:
    return re.findall(r"^#{2,} (.+)$", text_of(uri), re.M)


def sections(uri: str) -> list[str]:
    """The numbers that a citation can name: 4, 4.2."""
    return [heading.split()[0].rstrip(".") for heading in headings(uri)]


def words(uri: str) -> list[str]:
    return re.findall(r"[\w£%]+", text_of(uri).casefold())


def test_people_stand_once_and_know_each_other() -> None:
    listed = load("people.yaml")
    for field in ("email", "name"):
        twice = [n for n, times in Counter(p[field] for p in listed).items() if times > 1]
        assert not twice
    for person in listed:
        assert person["email"].endswith("@example.com")
        assert set(person["roles"]) <= ROLES
        if "manager" in person:
            assert PEOPLE[person["manager"]].get("active", True)
    assert [p["name"] for p in listed if not p.get("active", True)] == ["Paul Dunn"]
    assert {role for person in listed for role in person["roles"]} == ROLES


def test_every_glob_fits_a_document() -> None:
    assert [glob for glob in GOVERNANCE["documents"] if not list(SOPS.glob(glob))] == []
    assert 15 <= len(URIS) <= 20


@pytest.mark.parametrize("uri", URIS)
def test_governance_is_complete(uri: str) -> None:
    said = governance_of(uri)
    for field in ("owner", "scope", "version", "version_on", "roles", "competencies", "audience"):
        assert said.get(field), f"{field} is missing"
    assert said["owner"] in PEOPLE
    assert set(said["roles"]) <= {*ROLES, "everyone"}
    assert set(said["audience"]) <= {*ROLES, "everyone", *PEOPLE}
    assert "url" not in said, "a made-up company has no intranet: the link would lead nowhere"
    if uri == UNVALIDATED:
        assert "validated_on" not in said
        return
    validator = PEOPLE[said["validated_by"]]
    assert validator.get("active", True)
    assert validator["email"] != said["owner"]
    assert {f"sme:{it}" for it in said["competencies"]} & set(validator["seats"])
    assert 0 < days(said["validated_on"]) <= days(said["version_on"])


@pytest.mark.parametrize("uri", URIS)
def test_a_document_is_numbered_and_of_a_readable_length(uri: str) -> None:
    text = text_of(uri)
    assert re.match(r"# \S.+\n\n\S", text), "a title, then what the document is about"
    assert 300 <= len(words(uri)) <= 900
    chapter = part = 0
    for marks, heading in re.findall(r"^(#{2,}) (.+)$", text, re.M):
        if marks == "##":
            chapter, part = chapter + 1, 0
            assert heading.startswith(f"{chapter}. ")
        else:
            part += 1
            assert heading.startswith(f"{chapter}.{part} ")
    assert chapter >= 5
    for body in re.split(r"^#+ .+$", text, flags=re.M):
        steps = [int(number) for number in re.findall(r"^(\d+)\. ", body, re.M)]
        assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("uri", URIS)
def test_warnings_are_written_in_one_way(uri: str) -> None:
    for line in text_of(uri).splitlines():
        if re.search(r"\bwarning\b", line, re.I):
            assert line.startswith("Warning: "), line


def test_one_of_each_special_kind() -> None:
    said = {uri: governance_of(uri) for uri in URIS}
    assert [uri for uri in URIS if "validated_on" not in said[uri]] == [UNVALIDATED]
    assert [
        uri
        for uri in URIS
        if "validated_on" in said[uri]
        and days(said[uri]["validated_on"]) > days(said[uri]["review_every"])
    ] == [EXPIRED]
    assert [uri for uri in URIS if not PEOPLE[said[uri]["owner"]].get("active", True)] == [
        OWNER_GONE
    ]
    assert [uri for uri in URIS if "everyone" not in said[uri]["audience"]] == [SHIFT_LEADS_ONLY]
    assert said[EXPIRED]["owner"] == "sam@example.com"
    assert said[EXPIRED]["urgent"] == "the safety line on 5500"


def test_what_is_valid_stays_valid_for_two_months() -> None:
    for uri in set(URIS) - {EXPIRED, UNVALIDATED}:
        said = governance_of(uri)
        assert days(said["review_every"]) - days(said["validated_on"]) >= 60


def test_one_pair_is_nearly_the_same_and_none_is_identical() -> None:
    close = [
        (one, other)
        for one, other in combinations(URIS, 2)
        if SequenceMatcher(None, words(one), words(other), autojunk=False).ratio() > 0.5
    ]
    assert close == [NEAR_DUPLICATE]
    assert text_of(NEAR_DUPLICATE[0]) != text_of(NEAR_DUPLICATE[1])


def test_one_pair_disagrees() -> None:
    kept = {uri: re.findall(r"(?:kept for|for) (\d+) days", text_of(uri)) for uri in CONFLICT}
    assert kept == {CONFLICT[0]: ["30"], CONFLICT[1]: ["14"]}
    assert len({governance_of(uri)["owner"] for uri in CONFLICT}) == 2


@pytest.mark.parametrize(
    ("uri", "words_of_it"),
    [
        (
            "returns/returns-and-refunds.md",
            "1. Look the purchase up by card or loyalty number (last 90 days).\n"
            "2. Found: refund to the original card. Not found: store credit at the lowest price"
            " of the last 30 days.\n"
            "3. Above £75, a shift lead approves at the till.\n",
        ),
        ("till/card-handling.md", "Warning: Never refund to a different card, whoever asks.\n"),
    ],
)
def test_the_example_everybody_sees_is_there_word_for_word(uri: str, words_of_it: str) -> None:
    assert words_of_it in text_of(uri)


def test_questions_are_enough_and_stand_once() -> None:
    assert len(QUESTIONS) >= 30
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert {question["expect"] for question in QUESTIONS} == {"answered", "not_covered", "blocked"}
    assert {q["reason"] for q in QUESTIONS if q["expect"] == "blocked"} == set(BLOCKED.values())


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_a_question_expects_what_the_documents_allow(question: dict[str, Any]) -> None:
    asker = PEOPLE[question["as"]]
    assert asker.get("active", True)
    assert question["question"].strip()
    for turn in question.get("history", []):
        assert set(turn) == {"role", "text"}
        assert turn["role"] in {"user", "agent"}
    uris = question.get("uris", [])
    assert bool(uris) == (question["expect"] != "not_covered")
    held = {"everyone", asker["email"], *asker["roles"]}
    for uri in uris:
        assert held & set(governance_of(uri)["audience"]), "the asker may not read it"
        assert BLOCKED.get(uri) == question.get("reason")
        if "section" in question:
            assert question["section"] in sections(uri)
