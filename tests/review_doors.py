"""A module before its reviewers in Slack and in Teams at once, for the tests of review places."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import slack_stand_in as slack_side
import slack_world
import teams_world
from intake import KEY
from review_world import World as Office
from review_world import review_world
from slack_stand_in import TEAM
from slack_world import NOW
from teams_stand_in import ROOM, elements

from bot.channel import Channel
from bot.database import Pool
from bot.inbox import Inbox, Worker
from bot.outbox import Outbox, OutboxChat
from handlers import review_posts
from handlers.inbound import Place
from handlers.services import Services
from learning.modules import Content
from review import store
from review.nouns import Module

CHANNEL = "C0REVIEW"
SERVICES = Services(None, None, review_places=(Place(f"slack:{CHANNEL}"), Place(f"teams:{ROOM}")))
NUMBERS = {"dana": 11, "lee": 12, "jo": 13, "mia": 14, "priya": 1}
"""Who is which user on both platforms: `U11` in Slack, `29:u11` in Teams."""
TICKS = ("Accurate", "Right tone", "Compliant")

Drawn = dict[str, Any]


@dataclass
class Doors:
    """Slack and Teams before one house, whose people are known in both."""

    slack: slack_world.World
    teams: teams_world.World
    office: Office
    outbox: Outbox
    _presses: Any = field(default_factory=lambda: itertools.count(1))

    async def drafted(self, content: Content | None = None) -> Module:
        """A module with its card posted in both review places."""
        conn = self.office.conn
        module = await self.office.drafted(content)
        chat = OutboxChat(conn, None, NOW, ("slack", "teams"))
        await review_posts.post_everywhere(conn, SERVICES, chat, module.id, NOW)
        await conn.commit()
        for (row,) in await self.slack.rows(
            "select id from bot.outbox where state = 'queued' order by id"
        ):
            await self.outbox.send(outbox_id=row)
        return module

    async def module(self, module: Module) -> Module:
        """The module as it stands now."""
        found = await store.fetch_module(self.office.conn, module.id)
        await self.office.conn.commit()
        assert found
        return found

    def slack_card(self) -> Drawn:
        """The newest message of the review channel in Slack."""
        return [said for (where, _), said in self.slack.slack.messages.items() if where == CHANNEL][
            -1
        ]

    def teams_card(self) -> tuple[tuple[str, str], Drawn]:
        """What Teams calls the newest card of the review channel, and the card."""
        return [
            (name, said)
            for name, said in self.teams.teams.messages.items()
            if name[0] == ROOM and said.get("attachments")
        ][-1]

    def slack_press(
        self, who: str, label: str, message: Drawn | None = None, **typed: str
    ) -> Drawn:
        """A press in Slack; `typed` by the fields' names or how these begin, ticks by their words."""
        message = message or self.slack_card()
        number = next(self._presses)
        payload = slack_side.press(
            message,
            label,
            self.slack.slack.response_url,
            user={"id": f"U{NUMBERS[who]}", "team_id": TEAM},
            state={"values": dict(_slack_values(message, typed))},
        )
        payload["actions"][0]["action_ts"] = f"17000001{number:02}.000100"
        return payload

    async def press_in_slack(
        self, who: str, label: str, message: Drawn | None = None, **typed: str
    ) -> list[Drawn]:
        """Press in Slack; what only the presser was told."""
        before = len(self.slack.slack.calls)
        await self.slack.pressed(self.slack_press(who, label, message, **typed))
        await self.slack.work()
        told = self.slack.slack.calls[before:]
        return [call.said for call in told if call.method in ("chat.postEphemeral", "response_url")]

    def slack_direct(self, who: str) -> Drawn:
        """The newest message somebody got in their own conversation in Slack."""
        chat = f"DU{NUMBERS[who]}"
        return [said for (where, _), said in self.slack.slack.messages.items() if where == chat][-1]

    def teams_direct(self, who: str) -> tuple[tuple[str, str], Drawn]:
        """The newest message somebody got in their own chat in Teams."""
        chat = f"a:opened-aad-{NUMBERS[who]}"
        return [each for each in self.teams.teams.messages.items() if each[0][0] == chat][-1]

    def teams_press(
        self, who: str, label: str, direct: tuple[str, str] | None = None, **typed: str
    ) -> Drawn:
        """A press in Teams, on the review card or on a message of theirs; `typed` as in Slack."""
        name, card = (direct, self.teams.teams.messages[direct]) if direct else self.teams_card()
        number = NUMBERS[who]
        sender = {"id": f"29:u{number}", "aadObjectId": f"aad-{number}"}
        pressed = self.teams.teams.press(name, label, **{"from": sender})
        if direct:
            pressed["conversation"] = {"id": name[0], "conversationType": "personal"}
            pressed["channelData"].pop("channel")
        action = pressed["value"]["action"]
        action["data"] = {**action["data"], **dict(_teams_values(card, typed))}
        return pressed

    async def press_in_teams(
        self, who: str, label: str, direct: tuple[str, str] | None = None, **typed: str
    ) -> Any:
        """Press in Teams; what the presser's client is answered."""
        said = await self.teams.pressed(self.teams_press(who, label, direct, **typed))
        await self.teams.work()
        return said

    def under(self) -> list[str]:
        """What was said in Teams under the card."""
        (_, activity), _ = self.teams_card()
        thread = f"{ROOM};messageid={activity}"
        return [
            str(said["attachments"][0]["content"])
            for (where, _), said in self.teams.teams.messages.items()
            if where == thread and said["type"] == "message"
        ]


def _slack_values(message: Drawn, typed: dict[str, str]) -> Any:
    """The state of every input, as Slack sends it: what was typed, else what it was posted with."""
    for block in message["blocks"]:
        if block["type"] != "input":
            continue
        value = _typed(block["block_id"], typed)
        element = block["element"]
        if element["type"] == "plain_text_input":
            said = element.get("initial_value") if value is None else value
            yield block["block_id"], {"value": {"value": said}}
        elif value is not None:
            chosen = [{"value": each} for each in value.split("\n")]
            yield block["block_id"], {"value": {"selected_options": chosen}}
        else:
            begun = {
                f"selected_{name}": element.get(f"initial_{name}") for name in ("option", "options")
            }
            yield block["block_id"], {"value": begun}


def _teams_values(card: Drawn, typed: dict[str, str]) -> Any:
    for element in _inputs(card):
        value = _typed(str(element.get("id", "")), typed)
        if value is None:
            value = element.get("value", "")
        elif element["type"] == "Input.ChoiceSet":
            titles = [choice["title"] for choice in element["choices"]]
            value = ",".join(str(titles.index(each)) for each in value.split("\n"))
        yield element["id"], value


def _typed(name: str, typed: dict[str, str]) -> str | None:
    """What was typed into a field, by its whole name or by how it begins."""
    return typed.get(name, typed.get(name.partition(":")[0]))


def _inputs(card: Drawn) -> list[Drawn]:
    """The inputs of a card."""
    return [each for each in elements(card) if str(each.get("type")).startswith("Input.")]


@asynccontextmanager
async def review_doors(pool: Pool, tmp_path: Path) -> AsyncIterator[Doors]:
    """Both platforms, with one house behind them, that review what the office drafts."""
    for name in ("slack", "teams", "office"):
        (tmp_path / name).mkdir()
    async with AsyncExitStack() as opened:
        slack = await opened.enter_async_context(
            slack_world.slack_world(pool, tmp_path / "slack", SERVICES)
        )
        teams = await opened.enter_async_context(
            teams_world.teams_world(pool, tmp_path / "teams", services=SERVICES)
        )
        conn = await opened.enter_async_context(pool.connection())
        office = await review_world(conn, tmp_path / "office")
        for who, number in NUMBERS.items():
            email = office.people[who].email
            slack.slack.add_user(f"U{number}", email)
            teams.teams.add_member(f"29:u{number}", f"aad-{number}", email)
        channels: dict[str, Channel] = {"slack": slack.channel, "teams": teams.channel}
        outbox = Outbox(pool, channels, lambda: NOW)
        inbox = Inbox(slack.queue.defer_event, KEY)
        both = Worker(pool, channels, SERVICES, outbox, lambda: slack.clock[0], inbox)
        slack.worker = teams.worker = both
        slack.queue.give(both, outbox)
        await teams.hear(teams.teams.direct("hello"))  # so it is known where Teams is called
        yield Doors(slack, teams, office, outbox)
