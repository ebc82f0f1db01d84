"""Decides what the commands on competencies and gaps do with the house."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from bot import app
from bot.__main__ import DONE, FAILED
from handlers import competencies, gaps
from handlers.imports import not_a_person
from handlers.services import Connection
from learning.store import fetch_person

Say = Callable[[str], None]


async def settle(
    house: app.House, arguments: argparse.Namespace, actor: str, say: Say, hint: Say
) -> int:
    """Run an act of `competencies` or `gaps`; `actor` is who the audit log names."""
    async with house.pool.connection() as conn, conn.transaction():
        match arguments.act:
            case "list":
                say(await _listed(conn, arguments))
                return DONE
            case "export":
                handler = competencies if arguments.command == "competencies" else gaps
                say((await handler.on_export(conn)).rstrip())
                return DONE
            case "import":
                done, said = await _import(conn, arguments, actor)
            case act:
                email = arguments.as_email
                person = await fetch_person(conn, email) if email else None
                done, said = await gaps.on_act(
                    conn, act, arguments.id, actor, person, email, app.clock()
                )
    (say if done else hint)(said)
    return DONE if done else FAILED


async def _import(conn: Connection, arguments: argparse.Namespace, actor: str) -> tuple[bool, str]:
    if arguments.as_email:
        person = await fetch_person(conn, arguments.as_email)
        if person is None or not person.active:
            return False, not_a_person(arguments.as_email)
        actor = person.email
    handler = competencies if arguments.command == "competencies" else gaps
    done, lines = await handler.on_import(conn, arguments.file, actor, app.clock())
    return done, "\n".join(lines)


async def _listed(conn: Connection, arguments: argparse.Namespace) -> str:
    if arguments.command == "competencies":
        framework = await competencies.on_list(conn)
        if arguments.json:
            return json.dumps(competencies.competencies_json(framework), ensure_ascii=False)
        return competencies.competencies_table(framework)
    ranked = await gaps.on_list(conn)
    if arguments.json:
        return json.dumps(gaps.gaps_json(ranked), ensure_ascii=False)
    return gaps.gaps_table(ranked)
