"""Governance: what is written about a document, which word wins, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent
from typing import get_args

import pytest

from handlers.remedies import remedy
from indexing.governance import Wording, governed, resolved
from indexing.governance_file import glob_pattern, parse_governance_file
from indexing.nouns import Governance
from indexing.problems import Code, Problem
from indexing.sources import Draft, Refused, list_folder, load, load_governance

TODAY = date(2026, 11, 20)
COMPLETE = """\
title: Refunds
scope: All shops
version_on: 2026-05-04
owner: dana@example.com
roles: [service-agent]
competencies: [refunds]
"""


def offered(
    tmp_path: Path, front: str = COMPLETE, governance: str = "", uri: str = "refunds.md"
) -> Draft | Problem:
    """Write one document and its governance.yaml, and load it."""
    path = tmp_path / uri
    path.parent.mkdir(parents=True, exist_ok=True)
    front = f"---\n{dedent(front)}---\n" if front else ""
    path.write_text(f"{front}# Refunds\n\nAsk a lead.\n", encoding="utf-8")
    if governance:
        (tmp_path / "governance.yaml").write_text(dedent(governance), encoding="utf-8")
    folder = list_folder(tmp_path)
    assert not isinstance(folder, Problem)
    found = load(uri, folder.files[uri], load_governance(folder, None), None)
    assert isinstance(found, Draft | Refused)
    return found.problem if isinstance(found, Refused) else found


def written(tmp_path: Path, front: str = COMPLETE, governance: str = "", **more: str) -> Governance:
    draft = offered(tmp_path, front, governance, **more)
    assert isinstance(draft, Draft), draft
    found = governed(draft.wording, draft.fields, {}, TODAY)
    assert isinstance(found, Governance), found
    return found


def refused(tmp_path: Path, front: str = COMPLETE, governance: str = "") -> Problem:
    found = offered(tmp_path, front, governance)
    if isinstance(found, Draft):
        dated = governed(found.wording, found.fields, {}, TODAY)
        assert isinstance(dated, Problem), dated
        return dated
    return found


def test_the_required_fields_are_enough(tmp_path: Path) -> None:
    assert written(tmp_path) == Governance(
        title="Refunds",
        scope="All shops",
        version="1",
        version_on=date(2026, 5, 4),
        owner="dana@example.com",
        roles=("service-agent",),
        competencies=("refunds",),
        written={"version_on": "2026-05-04", "validated_on": ""},
    )


def test_every_field_is_read_in_its_own_form(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        """\
        title: "Refunds: all"
        scope: All shops
        version: 1.10
        version_on: today-40d
        owner: Dana@Example.com
        roles: service-agent
        competencies: [refunds, refunds, exchanges]
        audience: [shift-lead, KIT@example.com, Everyone]
        validated_by: SAM@example.com
        validated_on: today-2w
        review_every: 12w
        url: https://intranet.example.com/refunds?a=1
        urgent: safety line 5500
        """,
    )
    assert (found.title, found.version) == ("Refunds: all", "1.10")
    assert found.version_on == TODAY - timedelta(days=40)
    assert (found.owner, found.validated_by) == ("dana@example.com", "sam@example.com")
    assert (found.roles, found.competencies) == (("service-agent",), ("refunds", "exchanges"))
    assert found.audience == ("shift-lead", "kit@example.com", "everyone")
    assert found.validated_on == TODAY - timedelta(days=14)
    assert found.review_every == timedelta(days=84)
    assert found.url == "https://intranet.example.com/refunds?a=1"
    assert found.urgent == "safety line 5500"


@pytest.mark.parametrize("field", ["scope", "version_on", "owner", "roles", "competencies"])
def test_a_missing_field_is_refused_by_name(tmp_path: Path, field: str) -> None:
    front = "".join(x for x in COMPLETE.splitlines(True) if not x.startswith(f"{field}:"))
    found = refused(tmp_path, front)
    assert (found.code, found.field, found.file) == ("missing", field, "refunds.md")
    assert f"{field}:" in remedy(found)


def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path, "")
    assert found.field == "scope, version_on, owner, roles, competencies"
    assert "no scope, version date, owner, role it is written for or competency" in remedy(found)


def test_a_title_can_come_from_anywhere(tmp_path: Path) -> None:
    without = COMPLETE.replace("title: Refunds\n", "")
    assert written(tmp_path, without).title == "Refunds"
    named = "documents: {refunds.md: {title: From the folder}}"
    assert written(tmp_path, without, named).title == "From the folder"
    assert written(tmp_path, COMPLETE, named).title == "Refunds"


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ("onwer: x@example.com", "unknown_key", "onwer"),
        ("scope: again", "twice", "scope"),
        ("validated_on: 04.05.2026", "date", "validated_on"),
        ("validated_on: 2026-02-30", "date", "validated_on"),
        ("validated_on: today-40", "date", "validated_on"),
        ("validated_on: 2027-01-01", "future", "validated_on"),
        ("validated_by: Sam", "email", "validated_by"),
        ("validated_by: [a@example.com]", "wrong_kind", "validated_by"),
        ("review_every: 3 months", "period", "review_every"),
        ("review_every: 0d", "period", "review_every"),
        ("url: http://example.com", "url", "url"),
        ("url: javascript:alert(1)", "url", "url"),
        ("url: https://user@example.com/", "url", "url"),
        ("url: https://[", "url", "url"),
        ("audience: a, b", "comma", "audience"),
        ("audience: {a: b}", "wrong_kind", "audience"),
        ("audience: []", "missing", "audience"),
        ("audience:", "missing", "audience"),
        ("urgent: " + "x" * 1001, "text_too_long", "urgent"),
        ("urgent: a: b", "yaml", ""),
        ("? [a]", "unknown_key", ""),
    ],
)
def test_a_field_in_the_wrong_form_is_refused_with_its_line(
    tmp_path: Path, line: str, code: str, field: str
) -> None:
    found = refused(tmp_path, COMPLETE + line + "\n")
    assert (found.code, found.field) == (code, field)
    assert (found.file, found.line) == ("refunds.md", 8)
    assert remedy(found).startswith("refunds.md, line 8: ")


def test_a_mistyped_key_is_told_the_one_it_is_like(tmp_path: Path) -> None:
    found = refused(tmp_path, COMPLETE + "audiance: [shift-lead]\n")
    assert "Did you mean `audience`?" in remedy(found)


def test_later_entries_win_field_by_field_and_front_matter_last(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        "owner: lee@example.com\n",
        """\
        defaults: {scope: All, version: "1", version_on: 2026-05-04, owner: a@example.com,
                   roles: [one, two], competencies: refunds, audience: [shift-lead]}
        documents:
          "**/*.md": {scope: First, version: "2", roles: [three]}
          "returns/*.md": {scope: Second}
          "*.md": {scope: Not here, audience: [everyone]}
        """,
        uri="returns/refunds.md",
    )
    assert (found.scope, found.version, found.owner) == ("Second", "2", "lee@example.com")
    assert (found.roles, found.audience) == (("three",), ("shift-lead",))


@pytest.mark.parametrize(
    ("glob", "matching", "others"),
    [
        ("*.md", ["a.md"], ["b/a.md", "amd"]),
        ("**/*.md", ["a.md", "b/a.md", "b/c/a.md"], ["a.txt"]),
        ("returns/**", ["returns/a.md", "returns/b/c.md"], ["other/returns/a.md"]),
        ("./a?.md", ["ab.md"], ["a.md", "a/.md"]),
        ("[ab].md", ["a.md"], ["c.md"]),
        ("[!a].md", ["b.md"], ["a.md"]),
        ("a[z-a].md", ["a[z-a].md"], ["az.md"]),
        ("(a|b)+.md", ["(a|b)+.md"], ["a.md"]),
    ],
)
def test_globs_stay_below_their_folder(glob: str, matching: list[str], others: list[str]) -> None:
    pattern = glob_pattern(glob)
    assert [uri for uri in matching + others if pattern.fullmatch(uri)] == matching


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("defaults: [", "yaml", 1),
        ("- a\n", "wrong_kind", 1),
        ("defaults:\n  onwer: a@example.com\n", "unknown_key", 2),
        ("default:\n  owner: a@example.com\n", "unknown_key", 1),
        ("defaults: {}\ndefaults: {}\n", "twice", 2),
        ("defaults: &a [*a]\n", "wrong_kind", 1),
        ("documents: [a]\n", "wrong_kind", 1),
        ("documents:\n  '*.md': text\n", "wrong_kind", 2),
        ("documents:\n  '*.md': {owner: {a: b}}\n", "wrong_kind", 2),
        ("defaults: {owner: !!python/name:os.system x}\n", "email", 1),
    ],
)
def test_a_broken_governance_file_stops_what_it_governs(
    tmp_path: Path, text: str, code: str, line: int
) -> None:
    front = COMPLETE.replace("owner: dana@example.com\n", "")
    found = refused(tmp_path, front, text)
    assert (found.code, found.file, found.line) == (code, "governance.yaml", line)


def test_a_mistake_in_one_entry_stops_only_what_it_matches() -> None:
    file = parse_governance_file("documents:\n  a.md: {onwer: x}\n  b.md: {scope: x}\n", "g.yaml")
    assert isinstance(file.fields_for("a.md"), Problem)
    assert not isinstance(file.fields_for("b.md"), Problem)
    assert file.unmatched({"b.md"}) == ("a.md",)


def test_a_governance_file_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    offered(tmp_path)
    folder = list_folder(tmp_path)
    assert not isinstance(folder, Problem)
    file = load_governance(folder, tmp_path / "nowhere.yaml")
    problem = file.fields_for("refunds.md")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.file) == ("unreadable", "nowhere.yaml")
    (tmp_path / "governance.yaml").write_bytes("defaults: {scope: Größe}".encode("utf-16-le"))
    problem = load_governance(folder, None).fields_for("refunds.md")
    assert isinstance(problem, Problem)
    assert problem.code == "binary"


def test_invisible_characters_in_governance_do_not_count(tmp_path: Path) -> None:
    front = COMPLETE.replace("dana@", "da\u200bna\u202e@").replace("All", "\ue000All")
    found = written(tmp_path, front)
    assert (found.owner, found.scope) == ("dana@example.com", "All shops")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-05-04", date(2026, 5, 4)),
        ("today", TODAY),
        ("today-40d", date(2026, 10, 11)),
        ("today+1w", date(2026, 11, 27)),
        ("today-9999w", date(1835, 4, 3)),
        ("yesterday", None),
        ("2026-5-4", None),
        ("20260504", None),
        ("", None),
    ],
)
def test_dates_are_absolute_or_relative(words: str, day: date | None) -> None:
    assert resolved(words, TODAY) == day


def test_a_relative_date_keeps_the_day_it_was_first_resolved_to(tmp_path: Path) -> None:
    draft = offered(tmp_path, COMPLETE.replace("2026-05-04", "today-40d"))
    assert isinstance(draft, Draft)
    first = date(2026, 1, 1)
    kept = governed(draft.wording, draft.fields, {("version_on", "today-40d"): first}, TODAY)
    assert isinstance(kept, Governance)
    assert kept.version_on == first


@pytest.mark.parametrize("code", get_args(Code))
def test_every_problem_says_what_happened_and_what_to_do(code: Code) -> None:
    text = remedy(Problem(code, "scope", "returns/a.md", 3, "VALUE", "shop:b c.md"))
    assert len(text.split()) > 8
    assert text.endswith(".")
    assert "\n" not in text


def test_every_field_of_governance_can_be_written() -> None:
    assert set(Wording.model_fields) == set(Governance.__dataclass_fields__) - {"written"}


def test_the_same_file_under_another_source_is_asked_for_by_that_name() -> None:
    again = Problem(
        "duplicate", "text", "till/voids.md", value="sops", hint="samples:till/voids.md"
    )
    assert "name it: --source samples." in remedy(again)
    other = Problem("duplicate", "text", "voids.md", value="sops", hint="samples:till/voids.md")
    assert "--source" not in remedy(other)
    assert "jobaid documents canonical sops:voids.md --as EMAIL" in remedy(other)
