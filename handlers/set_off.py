"""Decides how it is told at the shell what changed documents set off among modules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from handlers.review_words import title_of
from handlers.services import Connection
from handlers.wording import counted
from review import store

_MOST = 10


@dataclass(frozen=True, slots=True)
class SetOff:
    """Ids of modules: out of use now, in use until a text is validated, in review on what moved."""

    flagged: tuple[int, ...] = ()
    warned: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()


async def set_off_lines(conn: Connection, changes: Sequence[SetOff]) -> list[str]:
    """What became of modules, by name, and what comes next; nothing where nothing did."""
    flagged = dict.fromkeys(module for change in changes for module in change.flagged)
    warned = dict.fromkeys(module for change in changes for module in change.warned)
    moved = dict.fromkeys(module for change in changes for module in change.moved)
    lines: list[str] = []
    if flagged:
        many = counted(len(flagged), "module is", "modules are")
        lines.append(f"{many} out of use, because the sources changed:")
        lines += await _named(conn, flagged)
        lines.append("Their revisions are drafted once a worker runs: jobaid worker")
    if warned:
        many = counted(len(warned), "module goes", "modules go")
        lines.append(f"{many} out of use once the new text is validated:")
        lines += await _named(conn, warned)
    if moved:
        many = counted(len(moved), "draft rests", "drafts rest")
        lines.append(f"{many} on what has changed, and cannot be approved so:")
        lines += await _named(conn, moved)
        lines.append("Their cards say so once a worker runs: jobaid worker")
    return lines


async def _named(conn: Connection, module_ids: Collection[int]) -> list[str]:
    lines: list[str] = []
    for module_id in list(module_ids)[:_MOST]:
        module = await store.fetch_module(conn, module_id)
        stored = await store.fetch_content(conn, module_id, module.number) if module else None
        if module is not None and stored is not None:
            lines.append(f"  {title_of(module, stored.title)} (module {module_id})")
    if len(module_ids) > _MOST:
        lines.append(f"  and {len(module_ids) - _MOST} more: jobaid modules list")
    return lines
