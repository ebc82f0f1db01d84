"""Decides when an endpoint that failed is asked again: after a while, by one question, ever later.

Nobody waits for an endpoint that has just kept somebody waiting: meanwhile a question goes straight
to quoted passages. Kept in memory, one for each process: all that another process would learn from
it is one failed call a while, and to tell it would cost every question a query.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from indexing.language_model import ModelUnavailable, Why

FIRST = 60.0
"""Seconds that an endpoint is left alone after a failure; twice as long after each that follows."""
LONGEST = 600.0

_FAILURES: frozenset[Why] = frozenset(
    {"timeout", "rate_limited", "unreachable", "broken", "cut_off"}
)
"""What the next question would meet too. A refusal or a wrong answer costs no wait."""

log = structlog.get_logger()


class Breaker:
    """Whether an endpoint may be asked. `clock` gives seconds that only ever grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: float | None = None
        self._pause = 0.0
        self._probed = False

    @contextmanager
    def call(self) -> Iterator[None]:
        """Around one call to the endpoint. Raises `ModelUnavailable` in place of a call too soon."""
        probing = self._until is not None
        if self._until is not None:
            if self._probed or self._clock() < self._until:
                raise ModelUnavailable("resting")
            self._probed = True
        worked: bool | None = None  # as long as nobody knows: the call may be given up
        try:
            yield
            worked = True
        except ModelUnavailable as failure:
            worked = failure.why not in _FAILURES
            raise
        finally:
            if probing:
                self._probed = False
            self._learn(worked, probing)

    def _learn(self, worked: bool | None, probing: bool) -> None:
        """Draw the conclusion. A call that began before the last failure tells nothing new."""
        if worked and probing:
            self._until, self._pause = None, 0.0
        elif worked is False and (probing or self._until is None):
            self._pause = min(2 * self._pause, LONGEST) or FIRST
            self._until = self._clock() + self._pause
            log.warning("model_left_alone", seconds=self._pause)
