"""Decides what the command line can do; every report it prints is worded in `handlers/`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from bot import review_arguments, skills_arguments
from bot.settings import UnusableSetting, read_settings

DONE, FAILED, MISUSED = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """A parser whose refusal shows how the command is written, with examples."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": argparse.RawDescriptionHelpFormatter} | options)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how it is written, and exit as misuse."""
        examples = f"\n{self.epilog}\n" if self.epilog else f"\nSee: {self.prog} --help\n"
        self.exit(MISUSED, f"{self.format_usage()}{self.prog}: {message}\n{examples}")


def _examples(*lines: str) -> str:
    return "\n".join(["examples:", *(f"  jobaid {line}" for line in lines)])


def parser() -> argparse.ArgumentParser:
    """Every command, its arguments and its help."""
    root = Parser(
        prog="jobaid",
        description="Governed, cited answers from approved SOPs, in chat.",
        epilog=_examples("demo", "index sops/", 'ask "can I refund without a receipt"', "doctor")
        + "\n\nEvery command explains itself: jobaid index --help",
    )
    root.add_argument("--verbose", action="store_true", help="log more")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    demo = commands.add_parser(
        "demo",
        help="try it: a sample company in the browser, no account, no key",
        epilog=_examples("demo", "demo --empty"),
    )
    demo.add_argument(
        "--empty",
        action="store_true",
        help="without the sample company: for people and documents that you import",
    )
    commands.add_parser("serve", help="take events in over HTTP and acknowledge them")
    commands.add_parser("worker", help="answer, send, and keep time")
    commands.add_parser("migrate", help="bring the database up to date")
    commands.add_parser("doctor", help="what is configured, what is missing, what to do next")
    commands.add_parser("reindex", help="compute every embedding anew with the configured model")

    example = _examples("people import people.yaml")
    people = commands.add_parser("people", help="who works here", epilog=example)
    importing = people.add_subparsers(dest="act", required=True, metavar="import").add_parser(
        "import", help="import a people file", epilog=example
    )
    importing.add_argument("file", type=Path, metavar="FILE.yaml")

    index = commands.add_parser(
        "index",
        help="put a folder or a file of documents into the index",
        epilog=_examples("index sops/ --dry-run", "index sops/", "index sops/ --source handbook"),
    )
    index.add_argument("path", type=Path, metavar="PATH", help="a folder, or one document")
    index.add_argument(
        "--source", metavar="NAME", help="name of the source (default: the folder's name)"
    )
    index.add_argument(
        "--governance", type=Path, metavar="FILE", help="governance file (default: PATH's own)"
    )
    index.add_argument("--dry-run", action="store_true", help="report only, change nothing")
    index.add_argument("--json", action="store_true")

    _documents(commands)
    skills_arguments.add_commands(commands)
    review_arguments.add_commands(commands)
    _teams(commands)
    _eval(commands)

    ask = commands.add_parser(
        "ask",
        help="ask one question, or a file of them; nothing is stored",
        epilog=_examples(
            'ask "can I refund without a receipt"',
            'ask "can I refund without a receipt" --as priya@example.com',
            "ask --batch questions.jsonl",
        ),
    )
    ask.set_defaults(misused=ask.error)
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--as", dest="as_email", metavar="EMAIL")
    ask.add_argument("--batch", type=Path, metavar="FILE.jsonl")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--no-model", action="store_true", help="quote, even if a model is configured")

    chat = commands.add_parser("chat", help="chat in this terminal (demo databases only)")
    chat.add_argument("--as", dest="as_email", metavar="EMAIL")
    chat.add_argument("--json", action="store_true")
    return root


def _documents(commands: argparse._SubParsersAction[Parser]) -> None:
    documents = commands.add_parser(
        "documents",
        help="list documents, or settle one",
        usage=(
            "jobaid documents [--source NAME] [--status STATUS] [--waiting] [--json]\n"
            "       jobaid documents validate URI --as EMAIL\n"
            "       jobaid documents canonical URI --as EMAIL\n"
            "       jobaid documents conflict URI URI [--lift] --as EMAIL"
        ),
        epilog=_examples(
            "documents",
            "documents --status unvalidated",
            "documents --waiting",
            "documents validate returns/refunds.md --as dana@example.com",
        ),
    )
    documents.add_argument("--source", metavar="NAME")
    documents.add_argument(
        "--status",
        choices=("answerable", "unvalidated", "expired", "withdrawn", "conflict"),
        help="%(choices)s",
        metavar="STATUS",
    )
    documents.add_argument(
        "--waiting", action="store_true", help="those with a text that waits for an SME"
    )
    documents.add_argument("--json", action="store_true")
    acts = documents.add_subparsers(
        dest="act", metavar="validate, canonical, conflict", prog="jobaid documents"
    )
    for name, text in (
        ("validate", "an SME validates the newest content"),
        ("canonical", "say which of two identical documents counts"),
    ):
        act = acts.add_parser(
            name,
            help=text,
            epilog=_examples(f"documents {name} returns/refunds.md --as dana@example.com"),
        )
        act.add_argument("uri", metavar="URI", help="as `jobaid documents` lists it")
        act.add_argument("--as", dest="as_email", metavar="EMAIL", required=True)
    conflict = acts.add_parser(
        "conflict",
        help="take two contradicting documents out, or --lift",
        epilog=_examples("documents conflict returns.md handbook.md --as dana@example.com"),
    )
    conflict.add_argument("uri", metavar="URI")
    conflict.add_argument("other", metavar="URI")
    conflict.add_argument("--lift", action="store_true", help="they no longer disagree")
    conflict.add_argument("--as", dest="as_email", metavar="EMAIL", required=True)


def _eval(commands: argparse._SubParsersAction[Parser]) -> None:
    example = _examples(
        "eval answers questions.jsonl", "eval answers new.jsonl --against old.jsonl"
    )
    acts = commands.add_parser(
        "eval", help="measure answers, and one run against another", epilog=example
    )
    answers = acts.add_subparsers(dest="act", required=True, metavar="answers").add_parser(
        "answers",
        help="answer what is not answered yet, check everything, compare",
        epilog=example,
    )
    answers.add_argument("file", type=Path, metavar="FILE.jsonl")
    answers.add_argument(
        "--against", type=Path, metavar="OTHER.jsonl", help="an earlier run: show what changed"
    )
    answers.add_argument("--json", action="store_true", help="write each case as a line of JSON")
    answers.add_argument("--no-model", action="store_true", help="neither write nor judge by one")


def _teams(commands: argparse._SubParsersAction[Parser]) -> None:
    example = _examples("teams package --out jobaid.zip")
    acts = commands.add_parser(
        "teams", help="the app package for Teams", epilog=example
    ).add_subparsers(dest="act", required=True, metavar="package")
    package = acts.add_parser(
        "package", help="build the zip file that is uploaded to Teams", epilog=example
    )
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
    given = sys.argv[1:] if argv is None else argv
    if not given:
        parser().print_help(sys.stderr)
        sys.exit(MISUSED)
    arguments = parser().parse_args(given)
    if arguments.command == "ask" and bool(arguments.question) == bool(arguments.batch):
        arguments.misused("ask one QUESTION, or give --batch FILE.jsonl")
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
