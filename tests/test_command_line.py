"""What somebody new meets at the command line: how it is used, and what each report says."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import subprocess
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiohttp import web
from sop_folder import GOVERNANCE, REFUNDS, TODAY

from bot import commands, demo
from bot.__main__ import parser
from bot.address import check_address, listening
from bot.database import Database, DatabaseUnusable, unreachable
from bot.settings import Settings, UnusableSetting
from handlers import doctor
from handlers.answer_cards import blocked_text
from handlers.wording import cited
from indexing.nouns import Blocked, FoundPassage, NamedDocument

PEOPLE = """\
- {email: dana@example.com, name: Dana Cole, seats: ["sme:refunds"]}
- {email: sam@example.com, name: Sam Ortiz}
- {email: priya@example.com, name: Priya Shah, roles: [service-agent], manager: dana@example.com}
"""

COMPETENCIES = """\
- id: refunds
  domain: refunds
  role: service-agent
  statement: "Refunds goods without a receipt within 3 minutes, to the original card"
  level: standard
  source: {person: dana@example.com, kind: head}
"""


@dataclass
class Shell:
    """The command line over a database of the test's own, without embeddings."""

    database: Database
    folder: Path
    more: dict[str, Any] = field(default_factory=dict)

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        settings = Settings(
            **{"jobaid_embeddings": "none", "jobaid_home": self.folder / "home"}
            | {"database_url": self.database.url, "database_admin_url": self.database.admin_url}
            | self.more
        )
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = await commands.run(parser().parse_args(words), settings)
        return code, out.getvalue(), err.getvalue()

    def write(self, name: str, text: str | bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def call_it_a_demo(self) -> None:
        with psycopg.connect(self.database.admin_url) as owner:
            owner.execute("insert into bot.this_database (demo, created_at) values (true, now())")


@pytest.fixture
def shell(database: Database, tmp_path: Path) -> Shell:
    return Shell(database, tmp_path)


def jobaid(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program itself, as a process."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        env={"PATH": "/usr/bin:/bin", **environment},
        timeout=60,
        check=False,
    )


# How it is used


@pytest.mark.parametrize(
    ("words", "example"),
    [
        ((), "jobaid demo"),
        (("people",), "jobaid people import people.yaml"),
        (("people", "import"), "jobaid people import people.yaml"),
        (("documents", "nonsense"), "jobaid documents validate returns/refunds.md --as"),
        (("documents", "validate", "a.md"), "jobaid documents validate returns/refunds.md --as"),
        (("documents", "--status", "stale"), "jobaid documents --status unvalidated"),
        (("eval",), "jobaid eval answers questions.jsonl"),
        (("teams",), "jobaid teams package --out jobaid.zip"),
        (("ask",), "jobaid ask --batch questions.jsonl"),
        (("index",), "jobaid index sops/"),
        (("gaps",), "import, export, list, activate, close"),
    ],
)
def test_misuse_shows_how_it_is_written_with_an_example(
    words: tuple[str, ...], example: str
) -> None:
    ended = jobaid(*words)
    assert ended.returncode == 2
    assert ended.stderr.startswith("usage: jobaid")
    assert example in ended.stderr
    assert "ACT" not in ended.stderr
    assert not ended.stdout


def test_an_unusable_setting_is_one_line(tmp_path: Path) -> None:
    ended = jobaid("doctor", PORT="abc", JOBAID_HOME=str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr == (
        "jobaid: PORT cannot be used ('abc'): write a whole number from 0 to 65535. Correct it and"
        " start again.\n"
    )


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_taken_port_is_told_before_a_database_is_made(tmp_path: Path, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = jobaid(command, PORT=port, JOBAID_HOME=str(tmp_path / "home"))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"jobaid: PORT {port} on HOST 127.0.0.1 is taken")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


async def test_a_second_demo_is_told_where_the_first_one_runs() -> None:
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "service": "jobaid"})

    application = web.Application()
    application.router.add_get("/healthz", healthz)
    async with listening(Settings(port=0), application) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(UnusableSetting, match=f"Jobaid is already running at {url}"):
            await asyncio.to_thread(check_address, Settings(port=port))


@pytest.mark.parametrize("command", ["demo", "serve", "doctor", "migrate", "people"])
def test_a_database_that_is_not_there_has_a_remedy(tmp_path: Path, command: str) -> None:
    words = ("people", "import", "x.yaml") if command == "people" else (command,)
    url = "postgresql://jo:hunter2@127.0.0.1:1/nowhere"
    ended = jobaid(*words, PORT="0", DATABASE_URL=url, JOBAID_HOME=str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("jobaid: The database nowhere at 127.0.0.1:1 cannot be used")
    assert "Check that DATABASE_URL names a PostgreSQL that runs" in ended.stderr
    assert "hunter2" not in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_owners_url_is_named_where_it_is_the_wrong_one(database: Database) -> None:
    wrong = Database(database.url, "postgresql://jo@127.0.0.1:1/nowhere", embedded=False)
    with pytest.raises(DatabaseUnusable, match="Check that DATABASE_ADMIN_URL names"):
        demo.claim(wrong, lambda _: None)
    same = Database(wrong.admin_url, wrong.admin_url, embedded=False)
    said = str(unreachable(same.url, psycopg.OperationalError("no"), same.admin_setting))
    assert "DATABASE_URL" in said


# What doctor says


async def test_doctor_tells_embeddings_that_cannot_be_had(shell: Shell) -> None:
    shell.more["jobaid_embeddings"] = "lokal"
    code, said, _ = await shell.run("doctor")
    assert code == 1
    assert "Embeddings:   NOT USABLE: lokal" in said
    assert "Next step: JOBAID_EMBEDDINGS names the model 'lokal', but OPENAI_BASE_URL" in said
    shell.more["openai_base_url"] = "http://127.0.0.1:1/v1"
    code, said, _ = await shell.run("doctor")
    assert code == 1
    assert "Next step: OPENAI_BASE_URL http://127.0.0.1:1/v1 cannot be reached" in said


async def test_doctor_speaks_in_words_that_documents_takes(shell: Shell) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE.replace("2026-10-06", "today"))
    shell.write("sops/refunds.md", REFUNDS)
    shell.write("people.yaml", PEOPLE + "- {email: gone@example.com, name: G, active: false}\n")
    shell.write("sops/old.md", "---\nowner: gone@example.com\n---\n# Old\n\nMind the gap.\n")
    assert (await shell.run("people", "import", str(shell.folder / "people.yaml")))[0] == 0
    assert (await shell.run("index", str(shell.folder / "sops")))[0] == 0
    code, said, _ = await shell.run("doctor")
    assert code == 0
    assert "Documents:    1 answerable, 1 unvalidated (owner has left)" in said
    for jargon in ("owner_gone", "gate", "Cut off", "dead letter", "roles"):
        assert jargon not in said
    _, listing, _ = await shell.run("documents")
    words = {line.split("  ")[1].strip() for line in _wide(listing)[1:]}
    assert words == {"answerable", "unvalidated (owner has left)"}
    _, listing, _ = await shell.run("documents", "--status", "unvalidated")
    assert "old.md" in listing
    assert "refunds.md" not in listing


def _wide(listing: str) -> list[str]:
    """The lines of a table, columns parted by exactly two blanks."""
    return ["  ".join(filter(None, line.split("  "))) for line in listing.splitlines()]


def test_an_unprotected_database_is_told_with_what_to_do() -> None:
    facts = doctor.Facts(False, True, False, "none", False, False)
    (line,) = [line for line in doctor.report(facts, None) if line.startswith("Protection")]
    assert "create role jobaid_app login" in line
    assert line.endswith("then run: jobaid migrate")


@pytest.mark.parametrize(
    ("places", "slack", "demo", "said"),
    [
        ((), False, False, "REVIEW_CHANNEL is not set, so nobody sees"),
        ((), False, True, ""),
        (("slack:C0123ABCD",), False, False, "names slack:C0123ABCD, which cannot be reached"),
        (("slack:C0123ABCD",), True, False, ""),
        (("teams:19:x@thread.tacv2",), True, False, "set TEAMS_APP_ID, TEAMS_APP_PASSWORD and"),
        (("web:review",), True, False, "The page comes with the demo alone"),
        (("web:review", "slack:C0123ABCD"), True, False, ""),
    ],
)
def test_a_review_channel_nobody_reads_is_told(
    places: tuple[str, ...], slack: bool, demo: bool, said: str
) -> None:
    facts = doctor.Facts(True, True, True, "none", slack, slack, review_places=places)
    unseen = doctor.unseen_drafts(facts, demo=demo)
    assert said in unseen if said else not unseen


async def test_doctor_asks_for_the_review_channel_once_there_is_something_to_draft(
    shell: Shell,
) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE.replace("2026-10-06", "today"))
    shell.write("sops/refunds.md", REFUNDS)
    shell.more = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s"}
    await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    await shell.run("index", str(shell.folder / "sops"))
    assert "REVIEW_CHANNEL" not in (await shell.run("doctor"))[1]
    taken = shell.write("competencies.yaml", COMPETENCIES)
    code, said, errors = await shell.run("competencies", "import", taken)
    assert code == 0, errors
    assert "competencies.yaml: 1 competency, 1 new or changed." in said
    code, said, _ = await shell.run("doctor")
    assert code == 0
    assert "Review:       REVIEW_CHANNEL is not set" in said
    assert "Next step: set REVIEW_CHANNEL as said above" in said


# People


async def test_one_person_is_one_and_an_unknown_manager_is_told(shell: Shell) -> None:
    file = shell.write(
        "people.yaml",
        "- {email: priya@example.com, name: Priya Shah, manager: dnaa@example.com}\n",
    )
    code, said, _ = await shell.run("people", "import", file)
    assert code == 0
    assert "people.yaml: 1 person imported." in said
    assert "(managers): dnaa@example.com. Correct the e-mail, or import them too." in said
    code, said, _ = await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    assert said == "people.yaml: 3 people imported.\n"


async def test_what_goes_into_the_demo_is_told_and_done(shell: Shell) -> None:
    people = shell.write("people.yaml", PEOPLE)
    assert "sample company" not in (await shell.run("people", "import", people))[2]
    shell.call_it_a_demo()
    shell.write("sops/governance.yaml", GOVERNANCE)
    folder = shell.write("sops/refunds.md", REFUNDS).rpartition("/")[0]
    for words in (("people", "import", people), ("index", folder), ("index", folder, "--json")):
        code, said, hints = await shell.run(*words)
        assert code == 0
        assert "the sample company lives in it too" in hints
        assert "sample company" not in said


# A run's report


async def test_a_mistake_in_governance_is_told_once_with_what_it_stops(shell: Shell) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE.replace("  owner:", "  onwer:"))
    for number in range(5):
        shell.write(f"sops/rule{number}.md", f"# Rule {number}\n\nMind rule {number}.\n")
    code, said, _ = await shell.run("index", str(shell.folder / "sops"))
    assert code == 1
    assert said.count("Did you mean `owner`?") == 1
    assert "governance.yaml, line 2: `onwer` is no governance field." in said
    assert "It stops 5 documents: rule0.md, rule1.md, rule2.md and 2 more." in said
    assert [line.split() for line in said.splitlines() if "refused  " in line] == [
        ["governance.yaml", "refused", "onwer"]
    ]


@pytest.mark.parametrize(
    ("was", "now", "line"),
    [("2026-05-04", "4 May", 5), ("dana@example.com", "Dana", 2), ('"3"', "[3, 4]", 4)],
)
async def test_a_wrong_value_in_governance_is_told_once_too(
    shell: Shell, was: str, now: str, line: int
) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE.replace(was, now))
    for number in range(5):
        shell.write(f"sops/rule{number}.md", f"# Rule {number}\n\nMind rule {number}.\n")
    _, said, _ = await shell.run("index", str(shell.folder / "sops"))
    assert said.count(f"governance.yaml, line {line}: ") == 1
    assert "It stops 5 documents" in said
    assert "rule4.md" not in said


async def test_new_competencies_are_told_once(shell: Shell) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE)
    folder = shell.write("sops/refunds.md", REFUNDS).rpartition("/")[0]
    assert "(competencies): refunds." in (await shell.run("index", folder))[1]
    assert "competencies" not in (await shell.run("index", folder))[1]


async def test_a_file_that_is_not_what_it_says_is_told_without_a_programs_words(
    shell: Shell,
) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE)
    shell.write("sops/a.pdf", "no pdf at all")
    shell.write("sops/b.docx", "no document at all")
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as package:
        package.writestr("word/document.xml", "<w:")
    shell.write("sops/c.docx", broken.getvalue())
    _, said, _ = await shell.run("index", str(shell.folder / "sops"))
    assert "a.pdf: by its name this is a PDF, but it holds something else" in said
    assert "b.docx: by its name this is a Word document, but it holds something else" in said
    assert "c.docx: this Word document is damaged" in said
    assert "Error" not in said
    assert "BadZip" not in said


async def test_a_text_that_changed_under_its_old_version_is_told(shell: Shell) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE.replace("2026-10-06", "today-10d"))
    folder = shell.write("sops/refunds.md", REFUNDS).rpartition("/")[0]
    assert "Warning" not in (await shell.run("index", folder))[1]
    await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    shell.write("sops/refunds.md", REFUNDS + "\nAsk the till leader first.\n")
    _, said, _ = await shell.run("index", folder, "--dry-run", "--json")
    assert "its version is still 3 of 2026-05-04" in json.loads(said)[0]["warning"]
    _, said, _ = await shell.run("index", folder)
    assert "its version is still 3 of 2026-05-04" in " ".join(said.split())
    assert "governance.yaml, line 4: the text changed" in said
    for row in json.loads((await shell.run("documents", "--waiting", "--json"))[1]):
        assert (row["uri"], row["status"], row["waiting"]) == ("refunds.md", "answerable", True)
    words = ("documents", "validate", "refunds.md", "--as", "dana@example.com")
    code, said, _ = await shell.run(*words)
    assert code == 0
    assert "Warning: the text changed, but its version is still 3 of 2026-05-04" in said
    _, said, _ = await shell.run("documents", "--waiting")
    assert said == "No text waits for a validation.\n"


async def test_a_document_that_is_expired_on_arrival_is_told(shell: Shell) -> None:
    shell.write("sops/governance.yaml", GOVERNANCE.replace("2026-10-06", "2026-05-05"))
    folder = shell.write("sops/refunds.md", REFUNDS).rpartition("/")[0]
    code, said, _ = await shell.run("index", folder)
    assert code == 0
    assert "its review ran out on 2026-08-03, so it is not answered from" in " ".join(said.split())
    assert "jobaid documents validate sops:refunds.md --as EMAIL" in " ".join(said.split())


# Asking


async def test_asking_an_empty_index_says_how_to_fill_it(shell: Shell) -> None:
    code, said, _ = await shell.run("ask", "may I refund without a receipt")
    assert (code, said) == (
        0,
        "Nothing is indexed yet, so I cannot answer anything. Put a folder of SOPs in with: jobaid"
        " index FOLDER\n",
    )
    shell.write("sops/governance.yaml", GOVERNANCE.replace("  validated_by: sam@example.com\n", ""))
    folder = shell.write("sops/refunds.md", REFUNDS).rpartition("/")[0]
    await shell.run("index", folder)
    _, said, _ = await shell.run("ask", "how do I feed the parrot")
    assert said.startswith("1 document is indexed, but none may be answered from.")


async def test_where_no_document_is_near_the_manager_is_named(shell: Shell) -> None:
    await shell.run("people", "import", shell.write("people.yaml", PEOPLE))
    shell.write("sops/governance.yaml", GOVERNANCE.replace("2026-10-06", "today"))
    folder = shell.write("sops/refunds.md", REFUNDS).rpartition("/")[0]
    await shell.run("index", folder)
    _, said, _ = await shell.run("ask", "asdfgh", "--as", "priya@example.com")
    assert "Ask Dana Cole, your manager, or L&D" in said
    _, said, _ = await shell.run("ask", "asdfgh")
    assert "Ask your manager or L&D" in said


@pytest.mark.parametrize(
    ("urgent", "said"),
    [
        ("the safety line on 5500", "call the safety line on 5500."),
        ("call 99", "call 99."),
        ("Ring 99 at once.", "ring 99 at once."),
        ("Phone", "phone."),
        ("callers' desk", "call callers' desk."),
    ],
)
def test_what_is_urgent_is_called_once(urgent: str, said: str) -> None:
    spill = NamedDocument(1, "s", "spill.md", "Chemical spill", "", "sam@example.com")
    text = blocked_text(Blocked(spill, "expired", None, urgent), {}, told=True)
    assert text.endswith(f"**If this is urgent, {said}**")


@pytest.mark.parametrize(
    ("section", "cited_as"),
    [
        ("4.2 No receipt", "Returns §4.2, version 7"),
        ("Exceptions", "Returns, Exceptions, version 7"),
        ("Returns", "Returns, version 7"),
        ("", "Returns, version 7"),
    ],
)
def test_a_section_is_set_off_from_its_title(section: str, cited_as: str) -> None:
    passage = FoundPassage(
        1, 1, 1, "s", "r.md", "sop", "Returns", section, "x", "7", TODAY, "d@e.fr", "", (), ()
    )
    assert cited(passage, "Dana Cole").startswith(cited_as)
