"""Decides the conversation about seats: an admin sees who holds which, gives one and takes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, assert_never

from handlers.answer_cards import said_card
from handlers.cards import Block, Button, Buttons, Card, Facts, Field, Heading, Note, Text, literal
from handlers.inbound import Asked, Pressed
from handlers.privately import answer_alone, show, tell
from handlers.services import Chat, Connection
from handlers.wording import listed
from indexing import audit
from learning.nouns import Person
from learning.seats import (
    Granted,
    LastAdmin,
    NoSuchPerson,
    NoSuchSeat,
    NotAnAdmin,
    NothingToChange,
    Revoked,
    SeatChange,
    change_seat,
    fetch_seats_to_give,
)
from learning.store import fetch_seat_holders, fetch_seats

_MOST_CHOICES = 90
_MOST_SHOWN = 40
_SUBJECT = "seats:all"


def seat_words(seat: str) -> str:
    """A seat as people say it."""
    kind, _, domain = seat.partition(":")
    match kind:
        case "sme":
            return f"SME for {domain.replace('-', ' ').replace('_', ' ')}"
        case "ld":
            return "L&D"
    return "Admin"


async def on_seats(conn: Connection, chat: Chat, asked: Asked, words: str) -> None:
    """Somebody wrote `seats`: an admin gets the card, anybody else is told whom to ask."""
    person = asked.person
    if person is None or not person.active or "admin" not in person.seats:
        said = _not_an_admin([one.name for one in await fetch_seat_holders(conn, "admin")])
        await answer_alone(chat, asked, said_card(said))
        return
    held, given = await fetch_seats(conn), await fetch_seats_to_give(conn)
    await answer_alone(chat, asked, seats_card(held, given, 0))


def seats_card(
    held: Mapping[str, Sequence[str]], given: Sequence[str], revision: int, said: str = ""
) -> Card:
    """Who holds each seat, by name, and the fields to change that. `said` comes first."""
    blocks: list[Block] = [Heading("Seats", "who reviews, and who settles")]
    if said:
        blocks.append(Text(literal(said)))
    rows = [(seat_words(seat), listed(held.get(seat, ())) or "nobody") for seat in given]
    blocks.append(Facts(tuple(rows[:_MOST_SHOWN])))
    if len(rows) > _MOST_SHOWN:
        blocks.append(Note(literal(f"And {len(rows) - _MOST_SHOWN} seats more.")))
    blocks.append(Field(f"person:r{revision}", "Person", "text", hint="E-mail, or the whole name"))
    if len(given) <= _MOST_CHOICES:
        options = tuple(seat_words(seat) for seat in given)
        blocks.append(Field(f"seat:r{revision}", "Seat", "choice", options))
    else:
        blocks.append(Field(f"seat:r{revision}", "Seat", "text", hint="sme:DOMAIN, ld or admin"))
    blocks.append(
        Buttons(
            (
                Button("Grant", "seats.grant", _SUBJECT, "primary"),
                Button("Revoke", "seats.revoke", _SUBJECT, "danger", "Take the seat away?"),
            )
        )
    )
    return Card(said or "Seats", tuple(blocks))


async def on_grant(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Give somebody a seat."""
    await _on_change(conn, chat, pressed, "grant")


async def on_revoke(conn: Connection, chat: Chat, pressed: Pressed, now: datetime) -> None:
    """Take a seat from somebody."""
    await _on_change(conn, chat, pressed, "revoke")


async def _on_change(
    conn: Connection, chat: Chat, pressed: Pressed, act: Literal["grant", "revoke"]
) -> None:
    given = await fetch_seats_to_give(conn)
    chosen = _field(pressed, "seat")
    seat = {seat_words(seat): seat for seat in given}.get(chosen, chosen.lower())
    result = await change_seat(
        conn, pressed.person, act, _field(pressed, "person"), seat, pressed.press
    )
    if isinstance(result, NotAnAdmin):
        names = [one.name for one in await fetch_seat_holders(conn, "admin")]
        await tell(chat, pressed, _not_an_admin(names))
    elif isinstance(result, Granted | Revoked):
        held, given = await fetch_seats(conn), await fetch_seats_to_give(conn)
        await show(chat, pressed, seats_card(held, given, pressed.press, _changed_words(result)))
    else:  # the card stays, with what was typed into it
        await tell(chat, pressed, _unchanged_words(result))
    await _write_down(conn, pressed, act, result)


def _field(pressed: Pressed, name: str) -> str:
    """What was entered in a field, whatever revision its card has."""
    found = (value for key, value in pressed.fields.items() if key.partition(":")[0] == name)
    return " ".join(next(found, "").split())[:200]


def _not_an_admin(names: Sequence[str]) -> str:
    ask = f" Ask {listed(names, 'or')}." if names else " Nobody has that seat: import one."
    return f"Only an admin gives and takes seats.{ask}"


def _changed_words(result: Granted | Revoked) -> str:
    name, seat = result.person.name, seat_words(result.seat)
    if isinstance(result, Granted):
        return f"{name} is {seat} from now on."
    return f"{name} is not {seat} any more."


def _unchanged_words(result: NothingToChange | NoSuchPerson | NoSuchSeat | LastAdmin) -> str:
    match result:
        case NothingToChange(person, seat, held):
            return (
                f"{person.name} is {seat_words(seat)} already."
                if held
                else (f"{person.name} is not {seat_words(seat)}, so nothing has changed.")
            )
        case NoSuchPerson("", _):
            return "Name the person first: an e-mail, or the whole name."
        case NoSuchPerson(words, ()):
            return f"Nobody here is called {words}. Write the e-mail from the people file."
        case NoSuchPerson(words, called):
            emails = listed((one.email for one in called), "or")
            return f"Several people are called {words}. Write which one: {emails}."
        case NoSuchSeat(""):
            return "Choose a seat first."
        case NoSuchSeat(words):
            return (
                f"There is no seat {words}. An SME's seat needs a domain that a competency or"
                " another SME has."
            )
        case LastAdmin(person):
            return f"{person.name} is the only admin. Make somebody else one first."
        case _:
            assert_never(result)


async def _write_down(conn: Connection, pressed: Pressed, act: str, result: SeatChange) -> None:
    match result:
        case NotAnAdmin() | LastAdmin():
            actor = pressed.person.email if pressed.person else "unknown"
            because = {"action": f"seats.{act}", "because": type(result).__name__}
            await audit.record(
                conn, actor, "press.refused", _SUBJECT, because | {"press": pressed.press}
            )
        case Granted() | Revoked():
            return  # the database has written it down
        case NothingToChange() | NoSuchPerson() | NoSuchSeat():
            return  # a slip of the pen, and no governance act
        case _:
            assert_never(result)


def may_grant(person: Person | None) -> bool:
    """Whether somebody is drawn the way to the seats' card."""
    return person is not None and person.active and "admin" in person.seats
