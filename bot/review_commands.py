"""Decides what the commands on modules and on the audit log do with the house."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bot import app, store
from bot.__main__ import DONE, FAILED
from bot.channel import Channel, TryLater
from bot.inbox import Inbox, InboxLater, Worker
from bot.state import facts_of
from bot.web.send import LocalChannel
from handlers import audit_log, drafting, drafting_due, drafting_ends, modules
from handlers.doctor import unseen_drafts
from handlers.imports import not_a_person
from handlers.services import Connection
from learning.store import fetch_person
from review.nouns import Module

Say = Callable[[str], None]
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 300
"""How long another process may take for one piece before we look no more."""


async def on_draft(house: app.House, arguments: argparse.Namespace, say: Say, hint: Say) -> int:
    """Ask for a draft and draft it here, as a worker would; what comes of it is sent from here."""
    wish = drafting.Wish(
        arguments.gap,
        arguments.kind,
        arguments.role,
        arguments.context,
        arguments.part,
        arguments.source,
    )
    put_off: list[int] = []

    async def note(conn: Connection, inbox_id: int, lock: str) -> None:
        # Deferred as well, so that a worker takes it up should this process be killed.
        await house.queue.defer_event(conn, inbox_id, lock)
        put_off.append(inbox_id)

    inbox = Inbox(note)
    async with house.pool.connection() as conn, conn.transaction():
        person = await fetch_person(conn, arguments.as_email)
        if person is None or not person.active:
            hint(not_a_person(arguments.as_email))
            return FAILED
        later = InboxLater(conn, inbox, app.clock())
        asked = await drafting.ask_for_draft(conn, later, wish, person, app.clock())
    if not isinstance(asked, Module):
        hint(asked)
        return FAILED
    await _work_off(house, inbox, put_off, asked.id, hint)
    async with house.pool.connection() as conn:
        demo, same = await store.is_demo(conn), await modules.same_in_review(conn, asked.id)
        given_up = await drafting_ends.given_up_words(conn, asked.id)
    unseen = unseen_drafts(facts_of(house.settings, house.database), demo=demo)
    for said in (given_up, unseen, same):
        if said:
            hint(said)
    return await _show(house, asked.id, arguments.json, say, hint)


async def _work_off(
    house: app.House, inbox: Inbox, put_off: list[int], module_id: int, hint: Say
) -> None:
    """Do what is put off, piece by piece; where another process has taken it up, wait for that."""
    async with AsyncExitStack() as opened:
        services = await opened.enter_async_context(app.open_services(house))
        channels: dict[str, Channel] = await opened.enter_async_context(app.platforms(house))
        async with house.pool.connection() as conn:
            is_demo = await store.is_demo(conn)
        if is_demo:
            channels["web"] = LocalChannel(house.pool, app.clock)
        worker = app.worker(house, channels, services, inbox)
        done, waited, said = 0, 0.0, ""
        while waited < _PATIENCE_SECONDS:
            if done < len(put_off) and await _is_done(worker, put_off[done]):
                done += 1
            else:
                await asyncio.sleep(_LOOK_SECONDS)
                waited += _LOOK_SECONDS
            async with house.pool.connection() as conn:
                words = await drafting_due.on_progress(conn, module_id)
            if words is None and done == len(put_off):
                return
            if words and words != said:
                hint(words)
                waited, said = 0.0, words


async def _is_done(worker: Worker, inbox_id: int) -> bool:
    """Handle an event; False where it has to be tried again."""
    try:
        await worker.work_off(inbox_id)
    except TryLater:
        return False
    return True


async def on_modules(house: app.House, arguments: argparse.Namespace, say: Say, hint: Say) -> int:
    """List modules, show one, or write what is published into a folder."""
    match arguments.act:
        case "show":
            if not arguments.id.isdecimal() or len(arguments.id) > 18:
                hint(modules.unknown_module(arguments.id))
                return FAILED
            return await _show(house, int(arguments.id), arguments.json, say, hint)
        case "export":
            return await _export(house, arguments.folder, say, hint)
    state = modules.state_of(arguments.state) if arguments.state else None
    if arguments.state and state is None:
        hint(modules.unknown_state(arguments.state))
        return FAILED
    async with house.pool.connection() as conn:
        rows = await modules.on_list(conn, state)
        reasons = await modules.reasons_of(conn, rows)
    if arguments.json:
        say(json.dumps(modules.modules_json(rows, reasons), ensure_ascii=False))
    else:
        say(modules.modules_table(rows, reasons))
    return DONE


async def _show(house: app.House, module_id: int, as_json: bool, say: Say, hint: Say) -> int:
    async with house.pool.connection() as conn:
        if as_json:
            told = await modules.module_json(conn, module_id)
            text = json.dumps(told, ensure_ascii=False) if told else None
        else:
            text = await modules.module_text(conn, module_id, app.clock().date())
    if text is None:
        hint(modules.unknown_module(str(module_id)))
        return FAILED
    say(text)
    return DONE


async def _export(house: app.House, folder: Path, say: Say, hint: Say) -> int:
    async with house.pool.connection() as conn:
        files = await modules.exported(conn)
    try:
        folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
        for name, text in files:
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        hint(f"{folder} cannot be written: {error.strerror}.")
        return FAILED
    say(modules.exported_words(len(files) // 2, str(folder)))
    return DONE


async def on_audit(house: app.House, arguments: argparse.Namespace, say: Say, hint: Say) -> int:
    """Check the audit log, or print it."""
    async with house.pool.connection() as conn:
        if arguments.act == "verify":
            whole, said = await audit_log.on_verify(conn)
            (say if whole else hint)(said)
            return DONE if whole else FAILED
        entries = await audit_log.on_export(conn)
    if arguments.json:
        say(json.dumps(audit_log.entries_json(entries), ensure_ascii=False))
    else:
        say(audit_log.entries_table(entries))
    return DONE
