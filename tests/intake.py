"""What takes events in holds this key; the tests' databases know it, as a real one does."""

from __future__ import annotations

from sop_folder import NOW

from bot.store import insert_event, mark_event_person
from handlers.services import Connection
from learning.nouns import Person

KEY = "what-takes-events-in-says-this-to-the-database"


async def pressed(
    conn: Connection, key: str, person: Person, on: str, action: str = "review.approve"
) -> int:
    """Store a press in the page, as the intake and the worker leave it."""
    payload = {"action": action, "subject": on}
    event = await insert_event(
        conn, KEY, f"web:press-{key}", "web", payload, person.email, NOW, "", False
    )
    assert event
    await mark_event_person(conn, event, person.id)
    return event
