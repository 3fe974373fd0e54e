"""Books a series on paper: the plan with the least cost (`bookings.ranking`), or which session cannot be met
and why.

Candidates come from availability inside each due window, the cheapest way through them is exact
(`bookings.paths`). Masks are built once per distinct demand, however many sessions share it. Among starts
that cost the same, the one nearest to the time of day of the session before is taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bookings.availability import Demand, Search, Supply
from bookings.candidates import Candidates, DoneSession, OpenSession, PickedSession
from bookings.layers import NEVER, Layers
from bookings.openings import Openings, local_days
from bookings.paths import cheapest_path
from bookings.ranking import Choice, session_costs, ties_hold
from bookings.series import DayWindow, PlannedSession, SeriesPlan, SessionPlan, Unmet, Weights, Wishes
from bookings.staying import BookedSession, MoveCosts
from bookings.unmet import first_unmet


class Planner:
    """Plans series over one supply, with one patient's wishes.

    With `moves` the sessions that are booked stay where they are unless they must move (see
    `bookings.reflow`).
    """

    def __init__(
        self,
        supply: Supply,
        *,
        wishes: Wishes | None = None,
        weights: Weights | None = None,
        moves: MoveCosts | None = None,
    ) -> None:
        self.supply, self.moves = supply, moves
        self.wishes, self.weights = wishes or Wishes(), weights or Weights()
        self._openings: list[tuple[Demand, Openings]] = []

    def plan(self, sessions: Sequence[PlannedSession]) -> SeriesPlan | Unmet:
        """The cheapest plan, or the first session that cannot be met; sessions come in order of time."""
        candidates = self.candidates(sessions)
        chosen = cheapest_path(self.layers(candidates))
        if chosen is None:
            return self._unmet(sessions, candidates)
        return self.described(candidates, chosen)

    def candidates(self, sessions: Iterable[PlannedSession]) -> list[Candidates]:
        """The choices of each session."""
        return [self._candidates(session) for session in sessions]

    def _candidates(self, session: PlannedSession) -> Candidates:
        standing = session.standing
        if session.demand is None and standing is not None:
            return DoneSession(session, standing, self.supply.zone)
        openings = self._opened(session.demand)
        if standing is not None and self.moves is not None:
            return BookedSession(session, openings, self.wishes, self.weights, standing, self.moves)
        if session.picked is not None:
            return PickedSession(session, openings, self.wishes, self.weights, session.picked)
        return OpenSession(session, openings, self.wishes, self.weights)

    def layers(self, candidates: Sequence[Candidates]) -> Layers:
        """The sessions as layers of the search."""
        return Layers(candidates, self.wishes, self.weights)

    def _opened(self, demand: Demand | None) -> Openings:
        """One search, laid out once, for all sessions with the same demand."""
        if demand is None:
            raise ValueError("a session that is not done has a demand")
        for asked, openings in self._openings:
            if asked is demand or asked == demand:
                return openings
        self._openings.append((demand, Openings(self._search(demand))))
        return self._openings[-1][1]

    def _search(self, demand: Demand) -> Search:
        return Search(demand, self.supply)

    def search_for(self, demand: Demand) -> Search:
        """The search behind a demand, computed once."""
        return self._opened(demand).search

    def _unmet(self, sessions: Sequence[PlannedSession], candidates: Sequence[Candidates]) -> Unmet:
        unmet = first_unmet(self.layers(candidates), local_days(self.supply.grid, self.supply.zone))
        earlier = candidates[: unmet.index]
        before = self.described(earlier, cheapest_path(self.layers(earlier)) or [])
        return Unmet(
            sessions[unmet.index].number, unmet.code, unmet.window, before, unmet.possible_from, unmet.reasons
        )

    def described(self, candidates: Sequence[Candidates], chosen: Sequence[Choice]) -> SeriesPlan:
        """A plan with its slots, windows and costs from the choices made."""
        sessions = [one.session for one in candidates]
        costs = session_costs(sessions, chosen, self.wishes, self.weights)
        layers, planned = self.layers(candidates), []
        minute: int | None = None
        for index, (one, choice) in enumerate(zip(candidates, chosen, strict=True)):
            cell = one.nearest_start(choice, minute)
            minute = one.minute_of_day(choice, cell)
            window = self._window(layers, index, [earlier.day for earlier in chosen[:index]])
            planned.append(_session_plan(one, choice, cell, window, costs[index]))
        return SeriesPlan(tuple(planned), sum(costs))

    def _window(self, layers: Layers, index: int, days: Sequence[int]) -> DayWindow:
        session = layers.candidates[index].session
        kept = tuple(days[one] for one in layers.kept[index - 1]) if index else ()
        return day_window(session, layers.bounds(index, kept), days)

    def alternatives(
        self, sessions: Sequence[PlannedSession], plan: SeriesPlan, number: int, limit: int = 5
    ) -> list[SessionPlan]:
        """Other times for one session while all others stay as planned, cheapest for the whole plan first.

        Each differs in day, practitioner or part of day. `cost` is what the whole plan then costs more (or
        less).
        """
        candidates = self.candidates(sessions)
        chosen = [one.choice_of(planned) for one, planned in zip(candidates, plan.sessions, strict=True)]
        at = next(index for index, session in enumerate(sessions) if session.number == number)
        here = (chosen[at].day, chosen[at].practitioner, chosen[at].part)
        found = [
            (self._cost_with(sessions, chosen, at, choice) - plan.cost, choice)
            for choice in self._possible(candidates, chosen, at)
            if (choice.day, choice.practitioner, choice.part) != here
        ]
        found.sort(key=lambda pair: (pair[0], pair[1].cell, pair[1].practitioner or 0))
        minute = candidates[at].minute_of_day(chosen[at], chosen[at].cell)
        window = self._window(self.layers(candidates), at, [choice.day for choice in chosen[:at]])
        return [
            _session_plan(candidates[at], choice, candidates[at].nearest_start(choice, minute), window, more)
            for more, choice in found[:limit]
        ]

    def alternatives_before(
        self, sessions: Sequence[PlannedSession], plan: SeriesPlan, number: int, limit: int = 5
    ) -> list[SessionPlan]:
        """Other times for one session while those before it stay as planned; those after it are set aside."""
        end = next(index for index, session in enumerate(sessions) if session.number == number) + 1
        planned = plan.sessions[:end]
        part = [*sessions[: end - 1], replace(sessions[end - 1], picked=None)]
        return self.alternatives(part, SeriesPlan(planned, sum(one.cost for one in planned)), number, limit)

    def _possible(
        self, candidates: Sequence[Candidates], chosen: Sequence[Choice], at: int
    ) -> Iterable[Choice]:
        """The choices of one session on the days that keep every tie to the others as they are."""
        sessions, days = [one.session for one in candidates], [choice.day for choice in chosen]
        for day in candidates[at].days:
            days[at] = day
            if all(ties_hold(sessions, index, days) for index in range(len(sessions))):
                yield from candidates[at].on(day)

    def _cost_with(
        self, sessions: Sequence[PlannedSession], chosen: Sequence[Choice], at: int, choice: Choice
    ) -> int:
        changed = [*chosen[:at], choice, *chosen[at + 1 :]]
        return sum(session_costs(sessions, changed, self.wishes, self.weights))


class NarrowedPlanner(Planner):
    """A planner after others have taken some time: the same searches with more cells taken."""

    def __init__(self, planner: Planner, taken: Mapping[int, int], patient_busy: int = 0) -> None:
        super().__init__(planner.supply, wishes=planner.wishes, weights=planner.weights, moves=planner.moves)
        self._wider, self._taken, self._patient_busy = planner, taken, patient_busy

    def _search(self, demand: Demand) -> Search:
        return self._wider.search_for(demand).with_taken(self._taken, self._patient_busy)


def plan_series(
    sessions: Sequence[PlannedSession],
    supply: Supply,
    *,
    wishes: Wishes | None = None,
    weights: Weights | None = None,
) -> SeriesPlan | Unmet:
    """The cheapest plan of a series over a supply, or the first session that cannot be met and why."""
    return Planner(supply, wishes=wishes, weights=weights).plan(sessions)


def day_window(session: PlannedSession, bounds: tuple[int, int], days: Sequence[int]) -> DayWindow:
    """The due window of a session: its ties and its own limits together, and its first ideal day if it has
    one."""
    first, last = bounds
    if session.earliest:
        first = max(first, session.earliest.toordinal())
    if session.latest:
        last = min(last, session.latest.toordinal())
    ideals = [days[tie.to] + tie.ideal_days for tie in session.ties if tie.ideal_days is not None]
    ideal = date.fromordinal(ideals[0]) if ideals else session.ideal
    return DayWindow(date.fromordinal(max(first, 1)), ideal, date.fromordinal(last) if last < NEVER else None)


def _session_plan(one: Candidates, choice: Choice, cell: int, window: DayWindow, cost: int) -> SessionPlan:
    day, slot = date.fromordinal(choice.day), one.slot(choice, cell)
    return SessionPlan(
        one.session.number, day, slot, choice.practitioner, choice.part, window, cost, cell, choice.stays
    )
