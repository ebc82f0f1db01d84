"""Decides how the state of the house is told: what is configured, what is missing, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.wording import STATUS_WORDS, counted, listed
from indexing.nouns import Status

TEAMS_SETTINGS = ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the settings say. `protected`: the application's role is not the tables' owner.

    `teams_missing` names the settings of Teams that are not given. `embeddings_fault` says why the
    embeddings cannot be used, with the remedy; '' where they can.
    """

    embedded: bool
    up_to_date: bool
    protected: bool
    embeddings: str
    slack_token: bool
    slack_secret: bool
    review_places: Sequence[str] = ()
    teams_missing: Sequence[str] = TEAMS_SETTINGS
    embeddings_fault: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something that was given up. `box` is inbox or outbox."""

    box: str
    id: int
    reference: str
    error: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """What a model took in the last 30 days. `cost` is None where no price is set."""

    model: str
    answers: int
    written: int
    tokens_in: int
    tokens_out: int
    median_ms: float
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """What drafting took of models in the last 30 days. `taken` of `pieces` stand in a draft."""

    models: Sequence[str]
    drafts: int
    pieces: int
    taken: int
    tokens_in: int
    tokens_out: int
    median_ms: float
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the database says. `documents` counts by status; `waiting` are jobs not done yet.

    `slack_refuses` is Slack's word for why it does not take our token any more, '' if it does.
    `drafts` says whether drafts are to be expected: competencies, gaps or modules are there.
    `intake_known`: the database takes presses only from what holds the intake's key.
    """

    demo: bool
    people: int
    documents: Mapping[Status, int]
    waiting: int
    cut_off: int
    audit_intact: bool
    dead_letters: Sequence[DeadLetter] = field(default_factory=tuple)
    spent: Sequence[Spent] = field(default_factory=tuple)
    drafted: Drafted | None = None
    slack_refuses: str = ""
    drafts: bool = False
    intake_known: bool = True


def unseen_drafts(facts: Facts, *, demo: bool) -> str:
    """Why no reviewer would see a draft's card and what to set; '' where one would.

    The channels of the page exist in the demo alone, which uses its own where none is set.
    """
    reached = {
        "slack": facts.slack_token,
        "teams": not facts.teams_missing,
        "web": demo,
    }
    places = facts.review_places or (("web:review",) if demo else ())
    if not places:
        return (
            "REVIEW_CHANNEL is not set, so nobody sees the cards of drafts. Set it to the channel"
            " where SMEs and L&D review, for example REVIEW_CHANNEL=slack:C0123ABCD (docs/slack.md"
            " and docs/teams.md say how it is found)."
        )
    unreached = [place for place in places if not reached.get(place.partition(":")[0], False)]
    if len(unreached) < len(places) or not unreached:
        return ""
    return (
        f"REVIEW_CHANNEL names {listed(unreached)}, which cannot be reached from here, so nobody"
        f" sees the cards of drafts. {_REACHED_BY[unreached[0].partition(':')[0]]}"
    )


def nothing_connected(facts: Facts) -> str:
    """Say that no platform can reach what is served, and where there is a page; '' where one can."""
    if facts.slack_token or not facts.teams_missing:
        return ""
    return (
        "Neither Slack nor Teams is connected, so nothing comes in here; `jobaid doctor` says what"
        " is missing. To try your company on a page in the browser, start `jobaid demo --empty` with"
        " JOBAID_HOME set to an empty folder, and import it there."
    )


_REACHED_BY = {
    "slack": "Connect Slack: set SLACK_BOT_TOKEN (docs/slack.md).",
    "teams": f"Connect Teams: set {listed(TEAMS_SETTINGS)} (docs/teams.md).",
    "web": (
        "The page comes with the demo alone: name a channel of Slack or Teams there, or try your"
        " company on the page with `jobaid demo --empty`, in an empty JOBAID_HOME."
    ),
}


def is_well(facts: Facts, state: State) -> bool:
    """Whether nothing needs somebody's hand now. A setting left out on purpose is well."""
    return (
        facts.up_to_date
        and not facts.embeddings_fault
        and state.audit_intact
        and not state.dead_letters
        and not state.slack_refuses
    )


def report(facts: Facts, state: State | None) -> list[str]:
    """The report's lines; the last one is the exact next step."""
    lines = [
        _line("Database", "embedded PostgreSQL" if facts.embedded else "DATABASE_URL"),
        _line("Tables", "up to date" if facts.up_to_date else "NOT up to date"),
        _line("Protection", _protection(facts.protected, state)),
        _line("Embeddings", _embeddings(facts)),
        _line("Slack", _slack(facts, state)),
        _line("Teams", _teams(facts.teams_missing)),
    ]
    if state is not None:
        if state.drafts:
            unseen = unseen_drafts(facts, demo=state.demo)
            places = listed(facts.review_places or ("web:review",))
            lines.append(_line("Review", unseen or places))
        lines += _state_lines(state)
    lines.append(f"Next step: {_next_step(facts, state)}")
    return lines


def teams_packed(path: str) -> str:
    """What is said once the app package is written: what it is, and where it goes."""
    return (
        f"Wrote {path}. Upload it in the Teams admin center (Teams apps, Manage apps, Upload), or"
        " in Teams under Apps, Manage your apps."
    )


def _line(name: str, value: str) -> str:
    return f"{name + ':':<14}{value}"


def _protection(protected: bool, state: State | None) -> str:
    if protected and state is None:
        return "yes: Jobaid's database user is not the one that owns the tables"
    if protected and state and state.intake_known:
        return (
            "yes: Jobaid's database user can change neither the audit log nor what was approved, nor"
            " make up that somebody pressed Approve"
        )
    if protected:
        return (
            "NOT WHOLE: whoever has the password of Jobaid's database user could make up that"
            " somebody pressed Approve. Set JOBAID_INTAKE_KEY (openssl rand -hex 32) where you run"
            " jobaid migrate and jobaid serve, then run: jobaid migrate"
        )
    return (
        "NO: Jobaid's database user owns the tables, so the database cannot keep anybody from"
        " changing the audit log. Make a second user (create role jobaid_app login password '…'),"
        " put it into DATABASE_URL and the owner into DATABASE_ADMIN_URL, then run: jobaid migrate"
    )


def _embeddings(facts: Facts) -> str:
    name = {
        "local": "MiniLM on this machine",
        "none": "none, keyword search alone",
    }.get(facts.embeddings, f"{facts.embeddings} at OPENAI_BASE_URL")
    return f"NOT USABLE: {name} (see the next step)" if facts.embeddings_fault else name


def _slack(facts: Facts, state: State | None) -> str:
    if state is not None and state.slack_refuses:
        return f"REMOVED: Slack does not take the token any more ({state.slack_refuses})"
    missing = [
        name
        for name, given in (
            ("SLACK_BOT_TOKEN", facts.slack_token),
            ("SLACK_SIGNING_SECRET", facts.slack_secret),
        )
        if not given
    ]
    if len(missing) == 2:
        return "not configured"
    return f"INCOMPLETE: {missing[0]} is missing" if missing else "configured"


def _teams(missing: Sequence[str]) -> str:
    if len(missing) == len(TEAMS_SETTINGS):
        return "not configured"
    return f"INCOMPLETE: {listed(missing)} missing" if missing else "configured"


def _state_lines(state: State) -> Iterator[str]:
    yield _line(
        "Made by",
        "jobaid demo: anybody at this machine can play its people" if state.demo else "you",
    )
    yield _line("People", str(state.people))
    counts = ", ".join(
        f"{state.documents[status]} {words}"
        for status, words in STATUS_WORDS.items()
        if state.documents.get(status)
    )
    yield _line("Documents", counts or "none")
    yield _line("Waiting", counted(state.waiting, "message or task", "messages and tasks"))
    yield _line("Sent again", _sent_again(state.cut_off))
    yield _line("Audit log", "intact" if state.audit_intact else "BROKEN: a row was changed")
    for spent in state.spent:
        yield _line("Written", _spent(spent))
    if state.drafted is not None:
        yield _line("Drafted", _drafted(state.drafted))
    yield _line("Given up", _given_up(len(state.dead_letters)))
    for letter in state.dead_letters[:10]:
        yield (
            f"  {letter.at:%Y-%m-%d %H:%M} {_BOXES.get(letter.box, letter.box)} {letter.id},"
            f" reference {letter.reference}: {letter.error}"
        )


_BOXES = {"inbox": "question or press", "outbox": "message to send"}


def _sent_again(count: int) -> str:
    if not count:
        return "nothing"
    return (
        f"{counted(count, 'message')} whose sending was interrupted; people may have seen"
        f" {'it' if count == 1 else 'them'} twice"
    )


def _given_up(count: int) -> str:
    return f"{count}, after trying repeatedly:" if count else "nothing"


def _spent(spent: Spent) -> str:
    return f"{spent.written} of {spent.answers} answers in 30 days by {spent.model}, {_took(spent)}"


def _drafted(drafted: Drafted) -> str:
    by = f" by {listed(drafted.models)}" if drafted.models else ""
    drafts = counted(drafted.drafts, "draft")
    return (
        f"{drafted.taken} of {counted(drafted.pieces, 'piece')} of {drafts} in 30 days{by},"
        f" {_took(drafted)} a piece"
    )


def _took(spent: Spent | Drafted) -> str:
    cost = "" if spent.cost is None else f", cost {spent.cost:.2f}"
    return (
        f"{spent.tokens_in:,} tokens in and {spent.tokens_out:,} out{cost},"
        f" {spent.median_ms / 1000:.1f} s at the median"
    )


def _next_step(facts: Facts, state: State | None) -> str:
    if not facts.up_to_date or state is None:
        return "jobaid migrate"
    if not state.audit_intact:
        return "stop, keep the database as it is, and find out who changed the audit log."
    if state.slack_refuses:
        return (
            "install the app in Slack again (docs/slack.md), set the new SLACK_BOT_TOKEN and start"
            " jobaid serve and jobaid worker again"
        )
    if facts.embeddings_fault:
        return facts.embeddings_fault
    if state.dead_letters:
        return (
            "read above why each was given up and mend that. It is not tried again: ask those who"
            " were told one of the references to ask once more"
        )
    if not state.people:
        return "jobaid people import FILE.yaml"
    if not state.documents:
        return "jobaid index FOLDER"
    if not state.documents.get("answerable"):
        return "jobaid documents (none may be answered from; its STATUS column says why)"
    if facts.slack_token != facts.slack_secret:
        return f"set {'SLACK_SIGNING_SECRET' if facts.slack_token else 'SLACK_BOT_TOKEN'}"
    if 0 < len(facts.teams_missing) < len(TEAMS_SETTINGS):
        return f"set {listed(facts.teams_missing)}"
    if not facts.slack_token and facts.teams_missing and not state.demo:
        channel = ", set REVIEW_CHANNEL" if state.drafts and not facts.review_places else ""
        return (
            f"connect Slack (docs/slack.md) or Teams (docs/teams.md){channel}, then run jobaid serve"
            " and jobaid worker"
        )
    if state.drafts and unseen_drafts(facts, demo=state.demo):
        return "set REVIEW_CHANNEL as said above, and start jobaid serve and jobaid worker again"
    return "none, all is well."
