"""Decides how the commands on competencies and gaps are written."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeVar

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)


def add_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `competencies` and `gaps`, with their acts."""
    acts = commands.add_parser(
        "competencies", help="what each role asks of people, and who validated it"
    ).add_subparsers(dest="act", required=True, metavar="import, export, list")
    _importing(acts, "import a competency file, all of it or nothing")
    acts.add_parser("export", help="print them as a file that can be imported again")
    acts.add_parser("list", help="list them").add_argument("--json", action="store_true")

    acts = commands.add_parser(
        "gaps", help="what people in a role cannot do yet, and what is worked on"
    ).add_subparsers(dest="act", required=True, metavar="import, export, list, activate, close")
    _importing(acts, "import a gap file, all of it or nothing")
    acts.add_parser("export", help="print them as a file that can be imported again")
    acts.add_parser("list", help="list them, in order").add_argument("--json", action="store_true")
    for name, words in (
        ("activate", "work on a gap: at most three of a role at once"),
        ("close", "close a gap for good"),
    ):
        act = acts.add_parser(name, help=words)
        act.add_argument("id", metavar="ID")
        act.add_argument("--as", dest="as_email", metavar="EMAIL")


def _importing(acts: argparse._SubParsersAction[Parser], words: str) -> None:
    act = acts.add_parser("import", help=words)
    act.add_argument("file", type=Path)
    act.add_argument("--as", dest="as_email", metavar="EMAIL")
