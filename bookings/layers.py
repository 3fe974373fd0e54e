"""A series as layers: which earlier days each session must know, which days it can then be on, what is yet
to come.

Layer `i` holds the choices of session `i`. The days that matter after it are those of the earlier sessions
to which a later one is tied (in a combination plan the last needling and the last mesotherapy, not only the
neighbour). With days alone the problem is small and solved exactly; its cost bounds the whole from below.
"""

from collections.abc import Sequence

from bookings.candidates import Candidates, days_between
from bookings.ranking import binding_ties, follows_freely, weekday_cost
from bookings.series import Tie, Weights, Wishes

#: The days of the earlier sessions that still matter, the last one last.
Days = tuple[int, ...]
NEVER = 1 << 60


class Layers:
    """The ties of a series turned round: which earlier days each layer must keep, and which days come
    next."""

    def __init__(self, candidates: Sequence[Candidates], wishes: Wishes, weights: Weights) -> None:
        self.candidates, self.weights = candidates, weights
        self.size = len(candidates)
        self._sessions = [one.session for one in candidates]
        self.follows_freely = [follows_freely(self._sessions, layer) for layer in range(self.size)]
        self._telling = [self._telling_ties(layer) for layer in range(self.size)]
        self.kept = [self._kept_after(layer) for layer in range(self.size)]
        self._ties = [self._placed_ties(layer) for layer in range(self.size)]
        self._carried = [self._places_carried(layer) for layer in range(self.size)]
        self._weekday = [weekday_cost(0, days, wishes, weights) for days in range(7)]
        self._options: list[dict[Days, list[tuple[int, int]]]] = [{} for _ in candidates]
        self._to_come: list[dict[Days, int]] = [{} for _ in range(self.size + 1)]

    def _telling_ties(self, layer: int) -> tuple[Tie, ...]:
        """The ties of a layer that count and that no other one implies.

        A wash-out binds a session to every one of the other treatment before it; the last of them says it all,
        since the days ascend. Without the others fewer days are to be kept, and fewer states are to be searched.
        """
        ties = binding_ties(self._sessions, layer)
        return tuple(tie for tie in ties if not any(self._implies(other, tie) for other in ties))

    def _implies(self, tie: Tie, other: Tie) -> bool:
        """Whether a tie asks for as much as another one that only asks for days to an earlier session."""
        asks_days_only = other.ideal_days is None and other.max_days is None
        if not asks_days_only or tie.to <= other.to or tie.min_days < other.min_days:
            return False
        return not any(self.follows_freely[between] for between in range(other.to + 1, tie.to + 1))

    def _kept_after(self, layer: int) -> tuple[int, ...]:
        """The sessions up to a layer whose days a later one asks for, and the layer itself, ascending."""
        asked = {tie.to for ties in self._telling[layer + 1 :] for tie in ties}
        return tuple(sorted({one for one in asked if one <= layer} | {layer}))

    def _placed_ties(self, layer: int) -> list[tuple[int, Tie]]:
        """Each tie of a layer that counts, with the place of its day among those kept before."""
        place = {session: at for at, session in enumerate(self.kept[layer - 1])} if layer else {}
        return [(place[tie.to], tie) for tie in self._telling[layer]]

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
