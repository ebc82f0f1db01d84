"""Names in governance that nobody who was imported has: warned of, with what was meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sop_folder import GOVERNANCE, REFUNDS
from test_command_line import PEOPLE, Shell

from bot.database import Database
from indexing.staff import Staff, unheld

STAFF = Staff(
    frozenset({"nina@aurora.example", "olli@aurora.example", "kai@aurora.example"}),
    frozenset({"front-desk-agent", "night-auditor"}),
)


@pytest.fixture
def shell(database: Database, tmp_path: Path) -> Shell:
    return Shell(database, tmp_path)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("front-desk-agnet", "front-desk-agent"),
        ("front-dsk", "front-desk-agent"),
        ("Night-Auditor", "night-auditor"),
        ("chef", ""),
    ],
)
def test_the_nearest_role_is_what_was_meant(name: str, meant: str) -> None:
    (found,) = unheld([name], ["everyone"], "olli@aurora.example", STAFF)
    assert (found.code, found.field, found.name, found.meant) == (
        "role_unheld",
        "roles",
        name,
        meant,
    )


@pytest.mark.parametrize(
    ("owner", "meant"),
    [
        ("oli@aurora.example", "olli@aurora.example"),
        ("olli@aurora.exmaple", "olli@aurora.example"),
        ("marianne@aurora.example", ""),
        ("somebody@elsewhere.example", ""),
    ],
)
def test_the_nearest_email_is_what_was_meant(owner: str, meant: str) -> None:
    (found,) = unheld(["night-auditor"], [], owner, STAFF)
    assert (found.code, found.field, found.meant) == ("person_unknown", "owner", meant)


def test_what_somebody_has_is_not_warned_of() -> None:
    audience = ["everyone", "front-desk-agent", "kai@aurora.example"]
    assert not list(unheld(["night-auditor"], audience, "olli@aurora.example", STAFF))


async def folder(shell: Shell) -> str:
    """Two documents: slips in the folder's defaults, and one more in the first one's front matter."""
    governance = GOVERNANCE.replace("2026-10-06", "today")
    governance = governance.replace("[service-agent]", "[service-agnet]")
    shell.write("sops/governance.yaml", governance)
    shell.write("sops/more.md", "# More\n\nAsk a shift lead.\n")
    text = f"---\nowner: daan@example.com\naudience: [servce-agent]\n---\n{REFUNDS}"
    return str(Path(shell.write("sops/refunds.md", text)).parent)


async def test_before_anybody_is_imported_nothing_is_warned_of(shell: Shell) -> None:
    code, said, _ = await shell.run("index", await folder(shell))
    assert code == 0
    assert "Warning" not in said
    _, said, _ = await shell.run("documents")
    assert "Warning" not in said


async def test_the_run_and_the_list_warn_by_name_and_index_all_the_same(shell: Shell) -> None:
    await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    code, said, _ = await shell.run("index", await folder(shell))
    assert code == 0
    flat = " ".join(said.split())
    assert flat.startswith("sops: 2 indexed.")
    assert (
        "Warning: governance.yaml, line 6: no person has the role `service-agnet`. Did you mean"
        " `service-agent`?" in flat
    )
    assert flat.count("service-agnet") == 1, "told once, where it stands"
    assert (
        "Warning: refunds.md, line 2: no person with the e-mail `daan@example.com` was imported, so"
        " nobody who owns this can be asked. Did you mean `dana@example.com`?" in flat
    )
    assert (
        "Warning: refunds.md, line 3: no person has the role `servce-agent`, so it lets nobody read"
        " this. Did you mean `service-agent`?" in flat
    )
    _, said, _ = await shell.run("documents")
    assert (
        "Warning: sops:more.md and sops:refunds.md: no person has the role `service-agnet`."
        " Did you mean `service-agent`?" in said
    )
    _, said, _ = await shell.run("documents", "--json")
    more, refunds = json.loads(said)
    assert more["status"] == refunds["status"] == "answerable"
    assert "`service-agnet`" in more["warning"]
    assert "`daan@example.com`" in refunds["warning"]


async def test_once_somebody_has_the_role_the_warning_is_gone(shell: Shell) -> None:
    await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    shell.write("sops/governance.yaml", GOVERNANCE.replace("[service-agent]", "[till-agent]"))
    await shell.run("index", str(Path(shell.write("sops/refunds.md", REFUNDS)).parent))
    _, said, _ = await shell.run("documents")
    assert "no person has the role `till-agent`." in said
    assert "Correct it, or give it to somebody in the people file." in said
    more = PEOPLE + "- {email: tom@example.com, name: Tom, roles: [till-agent]}\n"
    await shell.run("people", "import", shell.write("people.yaml", more))
    assert "Warning" not in (await shell.run("documents"))[1]
