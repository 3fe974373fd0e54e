"""The cheapest way through the layers of a series: exact, not greedy.

The search is A*. What is still to come is bounded from below by the same problem with days alone
(`bookings.layers`), so nothing is expanded that a cheapest way could not use. A choice that another one
beats, whatever follows, is dropped: a change costs the same whatever it changes to.
"""

import heapq
from dataclasses import dataclass
from itertools import count

from bookings.layers import NEVER, Days, Layers
from bookings.ranking import Choice, change_cost
from bookings.series import PartOfDay, Weights


@dataclass(frozen=True, slots=True)
class _Reached:
    """A choice with all that came before it."""

    cost: int
    days: Days
    choice: Choice
    before: "_Reached | None"


def cheapest_path(layers: Layers) -> list[Choice] | None:
    """One choice per layer at the least cost in all, or None when the layers cannot all be met."""
    if not layers.size:
        return []
    if layers.to_come(0, ()) >= NEVER:
        return None
    return _Walk(layers).walk()


class _Walk:
    """A* over (layer, days kept, choice).

    Three kinds of entries wait in one queue, each under a bound no completion can undercut: the next day to
    look at after a choice, a day whose choices are not laid out yet, and a choice.
    """

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self.order = count()
        self.queue: list[tuple[int, int, int, _Entry]] = []
        self.seen: dict[tuple[int, Days], _Seen] = {}

    def walk(self) -> list[Choice]:
        self._push(self.layers.to_come(0, ()), _NextDay(0, None, 0))
        while True:
            bound, _, _, entry = heapq.heappop(self.queue)
            if isinstance(entry, _NextDay):
                self._look_at_day(bound, entry)
            elif isinstance(entry, _OpenDay):
                self._lay_out(entry)
            elif entry.layer + 1 == self.layers.size:
                return _way(entry.reached)
            elif not self._is_beaten(entry.layer, entry.reached):
                self._push(bound, _NextDay(entry.layer + 1, entry.reached, 0))

    def _push(self, bound: int, entry: "_Entry") -> None:
        """Among equal bounds the deeper layer goes first, then the one queued earlier: the same answer every
        time."""
        heapq.heappush(self.queue, (bound, -entry.layer, next(self.order), entry))

    def _look_at_day(self, bound: int, entry: "_NextDay") -> None:
        """Bound one day exactly, and leave the days after it for later."""
        layers, layer, reached = self.layers, entry.layer, entry.reached
        days, cost = (reached.days, reached.cost) if reached else ((), 0)
        options = layers.options(layer, days)
        base, day = options[entry.place]
        kept = layers.after(layer, days, day)
        ahead = layers.to_come(layer + 1, kept)
        if ahead < NEVER:
            least = cost + base + layers.candidates[layer].cheapest(day) + ahead
            self._push(least, _OpenDay(layer, reached, day, kept, cost + base, ahead))
        if entry.place + 1 < len(options):
            later = max(bound, cost + options[entry.place + 1][0])
            self._push(later, _NextDay(layer, reached, entry.place + 1))

    def _lay_out(self, entry: "_OpenDay") -> None:
        before, layer = entry.reached, entry.layer
        for choice in self.layers.candidates[layer].on(entry.day):
            cost = entry.cost + choice.own_cost
            if before and not self.layers.follows_freely[layer]:
                cost += change_cost(before.choice, choice, self.layers.weights)
            self._push(cost + entry.ahead, _Chosen(layer, _Reached(cost, entry.kept, choice, before)))

    def _is_beaten(self, layer: int, reached: _Reached) -> bool:
        seen = self.seen.setdefault((layer, reached.days), _Seen(self.layers.weights))
        return seen.beats(reached)


@dataclass(frozen=True, slots=True)
class _NextDay:
    """Of the days after a choice, the one at a place in the order of their cost."""

    layer: int
    reached: _Reached | None
    place: int


@dataclass(frozen=True, slots=True)
class _OpenDay:
    """A day after a choice: what it costs so far without its own choice, and what is at least to come."""

    layer: int
    reached: _Reached | None
    day: int
    kept: Days
    cost: int
    ahead: int


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A choice on a day."""

    layer: int
    reached: _Reached


_Entry = _NextDay | _OpenDay | _Chosen


class _Seen:
    """The choices already taken up at one layer with the same days; they came in order of cost."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.taken: list[tuple[int, int | None, PartOfDay]] = []

    def beats(self, reached: _Reached) -> bool:
        """Whether changing from one of them to this choice costs no more than coming here did; else it joins
        them.

        Whatever follows, going on from that one then costs no more either: a change costs the same whatever
        it changes to, so going by way of this choice saves nothing.
        """
        choice = reached.choice
        for cost, practitioner, part in self.taken:
            detour = self.weights.practitioner_change * (practitioner != choice.practitioner)
            if cost + detour + self.weights.part_change * (part != choice.part) <= reached.cost:
                return True
        self.taken.append((reached.cost, choice.practitioner, choice.part))
        return False


def _way(reached: _Reached) -> list[Choice]:
    way = []
    step: _Reached | None = reached
    while step is not None:
        way.append(step.choice)
        step = step.before
    return way[::-1]
