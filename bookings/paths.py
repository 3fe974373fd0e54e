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

from bookings.candidates import Candidates, days_between
from bookings.ranking import Choice, binding_ties, change_cost, follows_freely, weekday_cost
from bookings.series import PartOfDay, Tie, Weights, Wishes

#: The days of the earlier sessions that still matter, the last one last.
Days = tuple[int, ...]
NEVER = 1 << 60


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
        self.candidates, self.weights = candidates, weights
        self.size = len(candidates)
        self._sessions = [one.session for one in candidates]
        self.follows_freely = [follows_freely(self._sessions, layer) for layer in range(self.size)]
        self.kept = [self._kept_after(layer) for layer in range(self.size)]
        self._ties = [self._placed_ties(layer) for layer in range(self.size)]
        self._carried = [self._places_carried(layer) for layer in range(self.size)]
        self._weekday = [weekday_cost(0, days, wishes, weights) for days in range(7)]
        self._options: list[dict[Days, list[tuple[int, int]]]] = [{} for _ in candidates]
        self._to_come: list[dict[Days, int]] = [{} for _ in range(self.size + 1)]

    def _kept_after(self, layer: int) -> tuple[int, ...]:
        """The sessions up to a layer whose days a later one asks for, and the layer itself, ascending."""
        asked = {tie.to for later in self.candidates[layer + 1 :] for tie in later.session.ties}
        return tuple(sorted({one for one in asked if one <= layer} | {layer}))

    def _placed_ties(self, layer: int) -> list[tuple[int, Tie]]:
        """Each tie of a layer that counts, with the place of its day among those kept before."""
        place = {session: at for at, session in enumerate(self.kept[layer - 1])} if layer else {}
        return [(place[tie.to], tie) for tie in binding_ties(self._sessions, layer)]

    def _places_carried(self, layer: int) -> tuple[int, ...]:
        """The places, among the days kept before a layer, of those that are kept after it too."""
        before = self.kept[layer - 1] if layer else ()
        return tuple(at for at, session in enumerate(before) if session in self.kept[layer])

    def after(self, layer: int, days: Days, day: int) -> Days:
        """The days that matter once a layer has its day."""
        return (*[days[at] for at in self._carried[layer]], day)

    def bounds(self, layer: int, days: Days) -> tuple[int, int]:
        """The first and last day that the ties leave to a layer, given the days kept before it."""
        first, last = (0 if self.follows_freely[layer] else days[-1] + 1), NEVER
        for at, tie in self._ties[layer]:
            first = max(first, days[at] + tie.min_days)
            if tie.max_days is not None:
                last = min(last, days[at] + tie.max_days)
        return first, last

    def options(self, layer: int, days: Days) -> list[tuple[int, int]]:
        """The days a layer can be on as (cost of its ties and weekday, day), cheapest first."""
        known = self._options[layer].get(days)
        if known is None:
            first, last = self.bounds(layer, days)
            possible = days_between(self.candidates[layer], first, last)
            known = self._options[layer][days] = sorted(
                [(self._base(layer, days, day), day) for day in possible]
            )
        return known

    def _base(self, layer: int, days: Days, day: int) -> int:
        distance = 0
        for at, tie in self._ties[layer]:
            if tie.ideal_days is not None:
                distance += abs(day - days[at] - tie.ideal_days)
        change = 0 if self.follows_freely[layer] else self._weekday[(day - days[-1]) % 7]
        return distance * self.weights.day + change

    def to_come(self, layer: int, days: Days) -> int:
        """The least that the layers from this one on can cost, by days alone; NEVER when they cannot be
        met."""
        if layer == self.size:
            return 0
        known = self._to_come[layer].get(days)
        if known is None:
            known, cheapest = NEVER, self.candidates[layer].cheapest
            for base, day in self.options(layer, days):
                if base >= known:
                    break
                cost = base + cheapest(day)
                if cost < known:
                    known = min(known, cost + self.to_come(layer + 1, self.after(layer, days, day)))
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
