"""Decides nothing: all SQL of the `learning` schema stands in this folder; people are at hand here."""

from learning.store.people import (
    Connection,
    fetch_people,
    fetch_person,
    fetch_person_by_id,
    fetch_person_by_slack,
    fetch_person_by_teams,
    fetch_seat_holders,
    link_slack,
    link_teams,
    upsert_person,
)

__all__ = [
    "Connection",
    "fetch_people",
    "fetch_person",
    "fetch_person_by_id",
    "fetch_person_by_slack",
    "fetch_person_by_teams",
    "fetch_seat_holders",
    "link_slack",
    "link_teams",
    "upsert_person",
]
