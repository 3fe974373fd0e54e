"""The cheapest way through the layers of a series: exact, not greedy.

Layer `i` holds the choices of session `i`. What the sessions after it must know is its state: the days of
those earlier sessions to which a later one is tied (in a combination plan the last needling and the last
mesotherapy, not only the neighbour), and the choice of session `i` itself. The search is A*: what is still
to come is bounded from below by the same problem with days alone, which is solved exactly, so nothing is
expanded that a cheapest way could not use. States that another one beats whatever follows are dropped
(changes cost the same whatever they change to).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from bookings.candidates import Candidates
from bookings.ranking import Choice, change_cost, weekday_cost
from bookings.series import PartOfDay, Tie, Weights, Wishes

#: The days of the earlier sessions that still matter, the last one last.
Days = tuple[int, ...]
NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Option:
    """A day for the next session: what it costs at least, beside what comes after, and the days that then
    matter."""

    least_cost: int
    day: int
    kept: Days


@dataclass(frozen=True, slots=True)
class _Reached:
    """A choice with all that came before it."""

    cost: int
    days: Days
    choice: Choice
    before: "_Reached | None"


class Layers:
    """The ties of a series turned round: which earlier days each layer must keep, and which days come
    next."""

    def __init__(self, candidates: Sequence[Candidates], wishes: Wishes, weights: Weights) -> None:
        self.candidates, self.wishes, self.weights = candidates, wishes, weights
        self.size = len(candidates)
        self.kept = [self._kept_after(layer) for layer in range(self.size)]
        self._options: list[dict[Days, list[Option]]] = [{} for _ in candidates]
        self._to_come: list[dict[Days, int]] = [{} for _ in range(self.size + 1)]

    def _kept_after(self, layer: int) -> tuple[int, ...]:
        """The sessions up to a layer whose days a later one asks for, and the layer itself, ascending."""
        asked = {tie.to for later in self.candidates[layer + 1 :] for tie in later.session.ties}
        return tuple(sorted({one for one in asked if one <= layer} | {layer}))

    def bounds(self, layer: int, days: Days) -> tuple[int, int]:
        """The first and last day that the ties leave to a layer, given the days kept before it."""
        first, last = (days[-1] + 1, NEVER) if days else (0, NEVER)
        for at, tie in self._ties(layer):
            first = max(first, days[at] + tie.min_days)
            if tie.max_days is not None:
                last = min(last, days[at] + tie.max_days)
        return first, last

    def _ties(self, layer: int) -> list[tuple[int, Tie]]:
        """Each tie of a layer with the place of its day among those kept."""
        if not layer:
            return []
        place = {session: at for at, session in enumerate(self.kept[layer - 1])}
        return [(place[tie.to], tie) for tie in self.candidates[layer].session.ties]

    def options(self, layer: int, days: Days) -> list[Option]:
        """The days a layer can be on, cheapest first, given the days kept before it."""
        known = self._options[layer].get(days)
        if known is None:
            found = [self._option(layer, days, day) for day in self._days(layer, days)]
            known = self._options[layer][days] = sorted(
                found, key=lambda option: (option.least_cost, option.day)
            )
        return known

    def _days(self, layer: int, days: Days) -> list[int]:
        first, last = self.bounds(layer, days)
        return self.candidates[layer].days_between(first, last)

    def _option(self, layer: int, days: Days, day: int) -> Option:
        cost = self.candidates[layer].cheapest(day)
        for at, tie in self._ties(layer):
            if tie.ideal_days is not None:
                cost += abs(day - days[at] - tie.ideal_days) * self.weights.day
        if days:
            cost += weekday_cost(days[-1], day, self.wishes, self.weights)
        return Option(cost, day, self._kept(layer, days, day))

    def _kept(self, layer: int, days: Days, day: int) -> Days:
        if not layer:
            return (day,)
        known = dict(zip(self.kept[layer - 1], days, strict=True)) | {layer: day}
        return tuple(known[session] for session in self.kept[layer])

    def to_come(self, layer: int, days: Days) -> int:
        """The least that the layers from this one on can cost, by days alone; NEVER when they cannot be
        met."""
        if layer == self.size:
            return 0
        known = self._to_come[layer].get(days)
        if known is None:
            known = NEVER
            for option in self.options(layer, days):
                if option.least_cost >= known:
                    break
                known = min(known, option.least_cost + self.to_come(layer + 1, option.kept))
            self._to_come[layer][days] = known
        return known


def cheapest_path(layers: Layers) -> list[Choice] | None:
    """One choice per layer at the least cost in all, or None when the layers cannot all be met."""
    if not layers.size:
        return []
    if layers.to_come(0, ()) >= NEVER:
        return None
    return _Walk(layers).walk()


class _Walk:
    """A* over (layer, days kept, choice); days are queued first, their choices only when a day's turn
    comes."""

    def __init__(self, layers: Layers) -> None:
        self.layers = layers
        self.order = count()
        self.queue: list[tuple[int, int, int, int, Option | None, _Reached | None]] = []
        self.seen: dict[tuple[int, Days], _Seen] = {}

    def walk(self) -> list[Choice]:
        self._queue_days(0, None)
        while True:
            _, depth, _, least, option, reached = heapq.heappop(self.queue)
            layer = -depth
            if option is not None:
                self._queue_choices(layer, option, reached, least)
            elif reached is not None and not self._is_beaten(layer, reached):
                if layer + 1 == self.layers.size:
                    return _way(reached)
                self._queue_days(layer + 1, reached)

    def _queue_days(self, layer: int, reached: _Reached | None) -> None:
        days, cost = (reached.days, reached.cost) if reached else ((), 0)
        for option in self.layers.options(layer, days):
            ahead = self.layers.to_come(layer + 1, option.kept)
            if ahead < NEVER:
                self._push(cost + option.least_cost + ahead, layer, ahead, option, reached)

    def _queue_choices(self, layer: int, option: Option, reached: _Reached | None, ahead: int) -> None:
        candidates = self.layers.candidates[layer]
        base = (reached.cost if reached else 0) + option.least_cost - candidates.cheapest(option.day)
        for choice in candidates.on(option.day):
            cost = base + choice.own_cost
            if reached:
                cost += change_cost(reached.choice, choice, self.layers.weights)
            self._push(cost + ahead, layer, 0, None, _Reached(cost, option.kept, choice, reached))

    def _push(
        self, bound: int, layer: int, ahead: int, option: Option | None, reached: _Reached | None
    ) -> None:
        """Among equal bounds the deeper layer goes first, then the one queued earlier: the same answer every
        time."""
        heapq.heappush(self.queue, (bound, -layer, next(self.order), ahead, option, reached))

    def _is_beaten(self, layer: int, reached: _Reached) -> bool:
        seen = self.seen.setdefault((layer, reached.days), _Seen(self.layers.weights))
        return seen.beats(reached)


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
