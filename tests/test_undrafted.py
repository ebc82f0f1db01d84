"""A module that could not be drafted: nobody rejected it, and the shell says why it is not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sop_folder import GOVERNANCE
from test_command_line import Shell

from bot.database import Database

PEOPLE = """\
- {email: dana@example.com, name: Dana Cole, seats: ["sme:refunds"]}
- {email: mia@example.com, name: Mia Hart, roles: [service-agent], seats: [ld]}
- {email: jo@example.com, name: Jo Berg, seats: [ld]}
- {email: sam@example.com, name: Sam Ortiz}
"""
COMPETENCIES = """\
- id: refunds
  domain: refunds
  role: service-agent
  statement: "Refunds goods without a receipt within 3 minutes, to the original card"
  level: standard
  validated_by: dana@example.com
  validated_on: today
  source: {person: dana@example.com, kind: head}
"""
GAPS = """\
- id: slow-refunds
  role: service-agent
  competency: refunds
  priority: "Cut refund losses"
  impact: 5
  rationale: "One refund in eleven goes to a wrong card."
  evidence: {assessment: {value: "11 of 24 right", n: 24, on: today}}
"""
WHY = "none of its SOPs has numbered steps. I looked at prose.md. Name another SOP or another kind."


@pytest.fixture
async def shell(database: Database, tmp_path: Path) -> Shell:
    """A company with an active gap and one SOP, which has no steps; a guide was asked for."""
    shell = Shell(database, tmp_path)
    shell.call_it_a_demo()
    shell.write("sops/governance.yaml", GOVERNANCE.replace("2026-10-06", "today"))
    prose = shell.write("sops/prose.md", "# Refunds\n\nBe kind to whoever brings goods back.\n")
    for words in (
        ("people", "import", shell.write("people.yaml", PEOPLE)),
        ("index", str(Path(prose).parent)),
        ("competencies", "import", shell.write("competencies.yaml", COMPETENCIES)),
        ("gaps", "import", shell.write("gaps.yaml", GAPS)),
        ("gaps", "activate", "slow-refunds", "--as", "mia@example.com"),
    ):
        code, _, errors = await shell.run(*words)
        assert code == 0, errors
    return shell


async def drafted(shell: Shell, *more: str) -> str:
    code, said, errors = await shell.run(
        "draft", "--gap", "slow-refunds", "--kind", "guide", "--role", "service-agent",
        "--context", "At the till, with the customer waiting", "--as", "mia@example.com", *more,
    )  # fmt: skip
    assert code == 0, errors
    return said


async def test_what_could_not_be_drafted_is_not_rejected_in_words(shell: Shell) -> None:
    assert await drafted(shell) == f"Module 1: Guide, not drafted: {WHY}\n"
    _, shown, _ = await shell.run("modules", "show", "1")
    assert shown == f"Module 1: Guide, not drafted: {WHY}\n"
    _, listing, _ = await shell.run("modules", "list")
    (line,) = listing.splitlines()[1:]
    assert "not drafted" in line
    assert line.endswith(f"({WHY})")
    assert "rejected" not in listing


async def test_programs_read_the_state_as_it_is_and_the_reason(shell: Shell) -> None:
    told = json.loads(await drafted(shell, "--json"))
    assert (told["state"], told["reason"]) == ("rejected", WHY)
    (row,) = json.loads((await shell.run("modules", "list", "--json"))[1])
    assert (row["state"], row["reason"]) == ("rejected", WHY)
    _, listing, _ = await shell.run("modules", "list", "--state", "rejected")
    assert "not drafted" in listing, "it is asked for by its state"


async def test_what_was_drafted_has_no_reason(shell: Shell) -> None:
    steps = "# Refunds\n\n1. Look the purchase up by card.\n2. Refund to the original card.\n"
    await shell.run("index", str(Path(shell.write("sops/prose.md", steps)).parent))
    await shell.run("documents", "validate", "prose.md", "--as", "dana@example.com")
    told = json.loads(await drafted(shell, "--json"))
    assert (told["state"], told["reason"]) == ("in_review", "")
