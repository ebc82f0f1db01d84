"""Decides how the commands on modules and on the audit log are written."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeVar

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)


def add_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `draft`, `modules` and `audit`, with their acts."""
    draft = commands.add_parser("draft", help="draft a module for a gap and put it into review")
    draft.add_argument("--gap", required=True, metavar="ID")
    draft.add_argument(
        "--kind", required=True, metavar="KIND", help="guide, aid, items, scenario or remedial"
    )
    draft.add_argument("--role", required=True, metavar="ROLE")
    draft.add_argument("--context", required=True, metavar="TEXT", help="where it is used")
    draft.add_argument("--part", default="", metavar="ID", help="one sub-competency alone")
    draft.add_argument("--source", default="", metavar="URI", help="from this document alone")
    draft.add_argument("--as", dest="as_email", required=True, metavar="EMAIL")
    draft.add_argument("--json", action="store_true")

    acts = commands.add_parser(
        "modules", help="what was drafted, and where it stands"
    ).add_subparsers(dest="act", required=True, metavar="ACT")
    listing = acts.add_parser("list", help="list them, the newest first")
    listing.add_argument("--state", metavar="STATE")
    listing.add_argument("--json", action="store_true")
    show = acts.add_parser("show", help="one in full")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true")
    export = acts.add_parser("export", help="write what is published into a folder")
    export.add_argument("folder", type=Path, metavar="DIR")

    acts = commands.add_parser(
        "audit", help="who approved what, on what evidence, when"
    ).add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("verify", help="check that no entry was altered or removed")
    log = acts.add_parser("export", help="print every entry")
    log.add_argument("--json", action="store_true")
