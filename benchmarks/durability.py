"""What a killed worker costs: questions are queued, the worker is killed, another one goes on.

    python benchmarks/durability.py [--questions 200] [--embeddings local|none]

Prints how many were answered, how often, and how many calls were cut off in flight (the only
doubles a person can see), as `jobaid doctor` counts them.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import Counter

import aiohttp
from acknowledgement import JOBAID, answered, running, send, serving
from slack_stand_in import SlackStandIn


async def main(questions: int, embeddings: str) -> None:
    async with serving(embeddings) as (slack, environment, url):
        async with aiohttp.ClientSession() as http:
            now = time.perf_counter()
            statuses = await asyncio.gather(
                *(send(http, url, number, now) for number in range(questions))
            )
        killed_at = await _killed_in_the_middle(slack, environment, questions)
        async with running("worker", environment):
            waited = await answered(slack, questions, 60)
        doctor = await asyncio.create_subprocess_exec(
            JOBAID, "doctor", env=environment, stdout=asyncio.subprocess.PIPE
        )
        told, _ = await doctor.communicate()
    answers = Counter(message["thread_ts"] for message in slack.posted())
    cut_off = [line for line in told.decode().splitlines() if line.startswith("Sent again")]
    for name, value in (
        ("questions acknowledged", sum(status == 200 for status, _, _ in statuses)),
        ("answered when the worker was killed", killed_at),
        ("answered in the end", len(answers)),
        ("answered twice", sum(count > 1 for count in answers.values())),
        ("seconds from the new worker's start", f"{waited:.1f}"),
    ):
        print(f"{name:38}{value:>8}")
    print(*cut_off)


async def _killed_in_the_middle(
    slack: SlackStandIn, environment: dict[str, str], questions: int
) -> int:
    async with running("worker", environment) as worker:
        while len(slack.messages) < questions * 0.4:
            await asyncio.sleep(0.005)
        worker.kill()
        await worker.wait()
    return len(slack.messages)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    arguments.add_argument("--questions", type=int, default=200)
    arguments.add_argument("--embeddings", default="local")
    given = arguments.parse_args()
    asyncio.run(main(given.questions, given.embeddings))
