"""Decides what the command line can do; every report it prints is worded in `handlers/`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.settings import UnusableSetting, read_settings
from bot.skills_arguments import add_commands

DONE, FAILED, MISUSED = 0, 1, 2


def parser() -> argparse.ArgumentParser:
    """Every command, its arguments and its help."""
    root = argparse.ArgumentParser(
        prog="jobaid", description="Governed, cited answers from approved SOPs, in chat."
    )
    root.add_argument("--verbose", action="store_true", help="log more")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="try it: a sample company in the browser, no account, no key")
    commands.add_parser("serve", help="take events in over HTTP and acknowledge them")
    commands.add_parser("worker", help="answer, send, and keep time")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("doctor", help="what is configured, what is missing, what to do next")
    commands.add_parser("reindex", help="compute every embedding anew with the configured model")

    people = commands.add_parser("people", help="who works here")
    importing = people.add_subparsers(dest="act", required=True, metavar="ACT").add_parser(
        "import", help="import a people file"
    )
    importing.add_argument("file", type=Path)

    index = commands.add_parser("index", help="put a folder or a file of documents into the index")
    index.add_argument("path", type=Path)
    index.add_argument("--source", help="name of the source (default: the folder's name)")
    index.add_argument("--governance", type=Path, help="governance file (default: PATH's own)")
    index.add_argument("--dry-run", action="store_true", help="report only, change nothing")
    index.add_argument("--json", action="store_true")

    _documents(commands)
    add_commands(commands)
    _teams(commands)
    _eval(commands)

    ask = commands.add_parser("ask", help="ask one question, or a file of them; nothing is stored")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--as", dest="as_email", metavar="EMAIL")
    ask.add_argument("--batch", type=Path, metavar="FILE.jsonl")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--no-model", action="store_true", help="quote, even if a model is configured")

    chat = commands.add_parser("chat", help="chat in this terminal (demo databases only)")
    chat.add_argument("--as", dest="as_email", metavar="EMAIL")
    chat.add_argument("--json", action="store_true")
    return root


def _documents(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    documents = commands.add_parser("documents", help="list documents, or settle one")
    documents.add_argument("--source")
    documents.add_argument(
        "--status",
        choices=("answerable", "unvalidated", "expired", "withdrawn", "conflict"),
    )
    documents.add_argument("--json", action="store_true")
    acts = documents.add_subparsers(dest="act", metavar="ACT")
    for name, text in (
        ("validate", "an SME validates the newest content"),
        ("canonical", "say which of two identical documents counts"),
    ):
        act = acts.add_parser(name, help=text)
        act.add_argument("uri")
        act.add_argument("--as", dest="as_email", metavar="EMAIL", required=True)
    conflict = acts.add_parser("conflict", help="take two contradicting documents out, or --lift")
    conflict.add_argument("uri")
    conflict.add_argument("other")
    conflict.add_argument("--lift", action="store_true")
    conflict.add_argument("--as", dest="as_email", metavar="EMAIL", required=True)


def _eval(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    acts = commands.add_parser("eval", help="measure answers, and one run against another")
    answers = acts.add_subparsers(dest="act", required=True, metavar="ACT").add_parser(
        "answers", help="answer what is not answered yet, check everything, compare"
    )
    answers.add_argument("file", type=Path, metavar="FILE.jsonl")
    answers.add_argument(
        "--against", type=Path, metavar="OTHER.jsonl", help="an earlier run: show what changed"
    )
    answers.add_argument("--json", action="store_true", help="write each case as a line of JSON")
    answers.add_argument("--no-model", action="store_true", help="neither write nor judge by one")


def _teams(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    acts = commands.add_parser("teams", help="the app package for Teams").add_subparsers(
        dest="act", required=True, metavar="ACT"
    )
    package = acts.add_parser("package", help="build the zip file that is uploaded to Teams")
    package.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    package.add_argument(
        "--site",
        default="https://example.com/jobaid",
        metavar="URL",
        help="your page about Jobaid: website, privacy and terms (default: %(default)s)",
    )
    package.add_argument("--company", default="Jobaid", help="who runs it (default: %(default)s)")


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 something could not be done, 2 misuse."""
    arguments = parser().parse_args(argv)
    if arguments.command == "ask" and bool(arguments.question) == bool(arguments.batch):
        parser().error("ask one QUESTION, or give --batch FILE.jsonl")
    # What only some commands need is imported when one of them runs: `--help` stays quick.
    from bot import commands, logs
    from bot.database import DatabaseUnusable
    from bot.embedded import EmbeddedFailed

    logs.set_up(arguments.verbose)
    try:
        settings = read_settings()
        sys.exit(asyncio.run(commands.run(arguments, settings)))
    except (UnusableSetting, DatabaseUnusable, EmbeddedFailed) as error:
        print(f"jobaid: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
