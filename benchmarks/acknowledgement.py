"""Acknowledgement under load: `jobaid serve` and `jobaid worker` as two processes, Slack played here.

    python benchmarks/acknowledgement.py [--rate 50] [--seconds 60] [--embeddings local|none]

Signed events are sent at a fixed rate, whatever the answers (an open loop, so waiting is not
hidden); then it waits until every question is answered. The stand-in shares the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from slack_stand_in import SECRET, TOKEN, SlackStandIn, direct, event, signed, slack_stand_in

JOBAID = Path(sys.executable).parent / "jobaid"
PEOPLE = 200
QUESTIONS = (
    "how do I refund without a receipt?",
    "who approves a refund above £75?",
    "what do I do with a chemical spill?",
)
DOCUMENTS = {
    "returns.md": "# Returns\n\n## 4.2 Refund without a receipt\n\n"
    "1. Look the purchase up by card or loyalty number.\n"
    "2. Above £75 a shift lead approves the refund at the till.\n",
    "spill.md": "# Chemical spill response\n\n## 1 Containing a spill\n\n"
    "Contain a chemical spill with the grey absorbent granules before anything else.\n",
    "governance.yaml": "defaults: {owner: dana@example.com, scope: all, version: '1',"
    " version_on: today-20d, roles: [everyone], competencies: [all],"
    " validated_by: lee@example.com, validated_on: today-10d}\n",
}


@asynccontextmanager
async def running(
    command: str, environment: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of Jobaid's processes, stopped at the end."""
    process = await asyncio.create_subprocess_exec(
        JOBAID, command, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


def house_environment(home: Path, slack: SlackStandIn, embeddings: str) -> dict[str, str]:
    """The settings of a house of its own, whose Slack is the stand-in."""
    return os.environ | {
        "JOBAID_HOME": str(home),
        "JOBAID_EMBEDDINGS": embeddings,
        "PORT": "0",
        "SLACK_API_URL": slack.url,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
    }


async def once(environment: dict[str, str], *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        JOBAID, *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise SystemExit(f"jobaid {' '.join(arguments)} failed")


async def send(
    http: aiohttp.ClientSession, url: str, number: int, at: float
) -> tuple[int, float, float]:
    """Send one question when it is due; status, and milliseconds from sending and from due."""
    await asyncio.sleep(max(0.0, at - time.perf_counter()))
    person = number % PEOPLE
    told = direct(
        QUESTIONS[number % len(QUESTIONS)],
        f"{1_800_000_000 + number}.000100",
        user=f"U{person}",
        channel=f"D{person}",
    )
    body = event(told, f"Ev{number}")
    sent = time.perf_counter()
    async with http.post(f"{url}/slack/events", data=body, headers=signed(body)) as response:
        await response.read()
        done = time.perf_counter()
        return response.status, (done - sent) * 1000, (done - at) * 1000


async def answered(slack: SlackStandIn, count: int, patience: float) -> float:
    """Wait until there are as many answers as questions; seconds waited."""
    start = quiet_since = time.perf_counter()
    seen = 0
    while len(slack.messages) < count and time.perf_counter() - quiet_since < patience:
        await asyncio.sleep(0.2)
        if len(slack.messages) > seen:
            seen, quiet_since = len(slack.messages), time.perf_counter()
    waited = time.perf_counter() - start
    await asyncio.sleep(2)  # a double would come now
    return waited


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def report(results: Sequence[tuple[int, float, float]], slack: SlackStandIn, waited: float) -> None:
    times = [sent for _, sent, _ in results]
    late = [due for _, _, due in results]
    answers = Counter(message["thread_ts"] for message in slack.posted())
    rows = [
        ("events sent", f"{len(results)}"),
        ("acknowledged with 200", f"{sum(status == 200 for status, _, _ in results)}"),
        *(
            (f"acknowledgement {name}", f"{percentile(times, share):.1f} ms")
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        ),
        ("p99 from when it was due", f"{percentile(late, 0.99):.1f} ms"),
        ("answered once", f"{sum(count == 1 for count in answers.values())}"),
        ("doubles", f"{sum(count - 1 for count in answers.values())}"),
        ("lost", f"{len(results) - len(answers)}"),
        ("last answer after the last event", f"{waited:.1f} s"),
    ]
    for name, value in rows:
        print(f"{name:34}{value:>12}")


@asynccontextmanager
async def serving(embeddings: str) -> AsyncIterator[tuple[SlackStandIn, dict[str, str], str]]:
    """`jobaid serve` with its documents indexed, and Slack with its people, but no worker yet.

    Gives Slack, the environment of more processes of this house, and the URL that takes events.
    """
    home = Path(tempfile.mkdtemp(prefix="jobaid-bench-"))
    folder = home / "documents"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)
    try:
        async with slack_stand_in() as slack:
            for person in range(PEOPLE):
                slack.add_user(f"U{person}", f"person{person}@example.com")
            environment = house_environment(home / "home", slack, embeddings)
            async with running("serve", environment) as serve:
                url = await ready(serve)
                await once(environment, "index", str(folder))
                yield slack, environment, url
    finally:
        shutil.rmtree(home, ignore_errors=True)


async def main(rate: float, seconds: float, embeddings: str) -> None:
    async with (
        serving(embeddings) as (slack, environment, url),
        running("worker", environment),
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=60),
        ) as http,
    ):
        await send(http, url, 999_999, time.perf_counter())
        await answered(slack, 1, 60)  # both processes are warm
        slack.messages.clear()
        start = time.perf_counter() + 0.5
        count = int(rate * seconds)
        sending = [send(http, url, n, start + n / rate) for n in range(count)]
        results = await asyncio.gather(*sending)
        waited = await answered(slack, count, 30)
    report(results, slack, waited)


async def ready(serve: asyncio.subprocess.Process) -> str:
    assert serve.stdout
    async for line in serve.stdout:
        word, _, url = line.decode().strip().partition(" ")
        if word == "ready":
            return url
    raise SystemExit("jobaid serve did not start")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    arguments.add_argument("--rate", type=float, default=50)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--embeddings", default="local")
    given = arguments.parse_args()
    asyncio.run(main(given.rate, given.seconds, given.embeddings))
