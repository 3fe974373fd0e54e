"""Walks many stories through time together: each says when it goes on, the earliest goes first. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from datetime import datetime

#: A story yields the instant at which it goes on, and is sent the instant that it is then.
Story = Generator[datetime, datetime, None]


class Walk:
    """The stories that are told, and the instant that all of them have reached."""

    def __init__(self, *, until: datetime, meanwhile: Callable[[datetime], None] = lambda _now: None) -> None:
        self.until, self.meanwhile = until, meanwhile
        self.now: datetime | None = None
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._told = 0

    def tell(self, story: Story) -> None:
        """Begins a story: it runs to its first instant at once, and from there in its turn."""
        self._told += 1
        self._wait(next(story, None), self._told, story)

    def run(self) -> int:
        """Runs every story up to `until`, in order of time; gives the number of steps.

        A story that wants to go on later stays where it is. `meanwhile` is called with the instant of each step,
        before it: for what happens by itself. Time never goes back: an earlier instant means "at once".
        """
        steps = 0
        while self._waiting and self._waiting[0][0] <= self.until:
            self.now, place, story = heapq.heappop(self._waiting)
            self.meanwhile(self.now)
            steps += 1
            try:
                following = story.send(self.now)
            except StopIteration:
                continue
            self._wait(following, place, story)
        self.meanwhile(self.until)
        return steps

    def _wait(self, at: datetime | None, place: int, story: Story) -> None:
        if at is not None:
            heapq.heappush(self._waiting, (max(at, self.now) if self.now else at, place, story))
