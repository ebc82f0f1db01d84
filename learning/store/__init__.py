"""Decides nothing: all SQL of the `learning` schema stands in this folder; people are at hand here."""

from learning.store.people import (
    Connection,
    act_as,
    fetch_managed_roles,
    fetch_people,
    fetch_people_called,
    fetch_person,
    fetch_person_by_id,
    fetch_person_by_slack,
    fetch_person_by_teams,
    fetch_seat_holders,
    fetch_seats,
    link_slack,
    link_teams,
    lock_seats,
    set_seats,
    upsert_person,
)

__all__ = [
    "Connection",
    "act_as",
    "fetch_managed_roles",
    "fetch_people",
    "fetch_people_called",
    "fetch_person",
    "fetch_person_by_id",
    "fetch_person_by_slack",
    "fetch_person_by_teams",
    "fetch_seat_holders",
    "fetch_seats",
    "link_slack",
    "link_teams",
    "lock_seats",
    "set_seats",
    "upsert_person",
]
