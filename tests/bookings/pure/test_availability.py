"""Availability against the oracle: nothing that can be booked is left out, nothing else is offered."""

from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.assignment import assign_cell, choices, slots
from bookings.availability import Search, start_times
from bookings.obstacles import why_not
from bookings.phases import DEVICE, PRACTITIONER, ROOM, Phase
from bookings.timegrid import set_cells
from clinic.intervals import Interval
from tests.bookings.pure.oracle import Clinic, Thing, possible_starts, window
from tests.bookings.pure.test_timegrid import NIGHTS

fives = st.integers(0, 2 * 288).map(lambda cell: cell * 5)
claimed = st.lists(st.tuples(fives, st.integers(1, 30)), max_size=5).map(
    lambda spans: tuple((first, first + cells * 5) for first, cells in spans)
)
#: Edges stay clear of the hours that are skipped or repeated, so that a wall clock alone can tell what is
#: open.
weekly = st.lists(
    st.builds(window, st.integers(0, 6), st.integers(5, 20), st.sampled_from([8, 12, 18, 22, 24, 6])),
    max_size=9,
)
always = tuple(window(weekday, 6, 6) for weekday in range(7))
roles = st.sets(st.sampled_from([ROOM, PRACTITIONER, DEVICE]))


@st.composite
def phase_lists(draw: st.DrawFn) -> tuple[Phase, ...]:
    phases, offset = [], 0
    for number in range(draw(st.integers(1, 4))):
        minutes = draw(st.integers(1, 6)) * 5
        has_patient = number == 0 or draw(st.booleans())
        phases.append(Phase(f"phase {number}", offset, minutes, frozenset(draw(roles)), has_patient))
        offset += minutes if draw(st.booleans()) else 5
    return tuple(phases)


@st.composite
def clinics(draw: st.DrawFn, *, shared: bool = False) -> Clinic:
    zone_name, first_day = draw(st.sampled_from(NIGHTS))
    windows = st.one_of(st.just(always), weekly.map(tuple))
    things = tuple(
        Thing(number, draw(windows), draw(claimed), draw(st.frozensets(st.integers(0, 2), max_size=1)))
        for number in range(1, 6)
    )
    if shared:
        pools = {role: tuple(draw(st.sets(st.integers(1, 3)))) for role in (ROOM, PRACTITIONER, DEVICE)}
    else:
        pools = {ROOM: (1, 2), PRACTITIONER: (3, 4), DEVICE: (5,)}
    return Clinic(
        zone=ZoneInfo(zone_name),
        first_day=first_day,
        days=2,
        opening=always if draw(st.booleans()) else tuple(draw(weekly)),
        things=things,
        phases=draw(phase_lists()),
        pools=pools,
        patient=draw(claimed)[:2],
        may_change=draw(st.sampled_from([frozenset(), frozenset({ROOM}), frozenset({PRACTITIONER})])),
        not_before=draw(st.sampled_from([0, 0, 600, 733])),
        not_after=draw(st.sampled_from([10**6, 10**6, 2000])),
        step=draw(st.sampled_from([5, 10, 15])),
    )


def found(clinic: Clinic) -> list[int]:
    return [
        int((start - clinic.grid.start).total_seconds() / 60)
        for start in start_times(clinic.demand, clinic.supply)
    ]


@settings(max_examples=25, deadline=None)
@given(clinic=clinics())
def test_starts_agree_with_looking_at_every_minute(clinic: Clinic) -> None:
    assert found(clinic) == possible_starts(clinic)


@settings(max_examples=15, deadline=None)
@given(clinic=clinics(shared=True))
def test_starts_agree_when_roles_draw_from_one_pool(clinic: Clinic) -> None:
    assert found(clinic) == possible_starts(clinic)


@settings(max_examples=10, deadline=None)
@given(clinic=clinics(), odd=st.integers(1, 4))
def test_odd_minutes_never_offer_what_is_taken(clinic: Clinic, odd: int) -> None:
    things = tuple(
        Thing(
            one.id, one.windows, tuple((first + odd, end + odd) for first, end in one.claims), one.full_days
        )
        for one in clinic.things
    )
    shifted = replace(clinic, things=things)
    assert set(found(shifted)) <= set(possible_starts(shifted))


@settings(max_examples=30, deadline=None)
@given(clinic=clinics(shared=True))
def test_every_slot_can_be_taken_alone_and_nothing_after_it_twice(clinic: Clinic) -> None:
    supply, search = clinic.supply, Search(clinic.demand, clinic.supply)
    offered = list(slots(clinic.demand, supply))
    cells = [cell for cell, _ in choices(search)]
    assert cells == list(set_cells(search.starts))
    for slot, cell in list(zip(offered, cells, strict=True))[::7]:
        assert slot == assign_cell(search, cell)
        for claim in slot.claims:
            mask = supply.grid.touched([Interval(claim.start, claim.end)])
            assert mask & ~supply.free[claim.resource] == 0
            assert claim.resource in clinic.pools[claim.role]
        spans = sorted((claim.resource, claim.start, claim.end) for claim in slot.claims)
        assert all(one[0] != two[0] or one[2] <= two[1] for one, two in pairwise(spans))


@settings(max_examples=40, deadline=None)
@given(clinic=clinics(shared=True), cell=st.integers(0, 570))
def test_why_not_is_silent_exactly_where_the_start_is_possible(clinic: Clinic, cell: int) -> None:
    demand, supply = clinic.demand, clinic.supply
    cell = min(cell, supply.grid.size - 1)
    search = Search(demand, supply)
    obstacles = why_not(supply.grid.instant(cell), demand, supply)
    assert (not obstacles) == bool(search.starts >> cell & 1)
    for obstacle in obstacles:
        if obstacle.clears_at is None or clinic.may_change:  # two spans of a role may have the same obstacle
            continue
        assert obstacle.clears_at > supply.grid.instant(cell)
        later = [(one.code, one.role, one.resource) for one in why_not(obstacle.clears_at, demand, supply)]
        assert (obstacle.code, obstacle.role, obstacle.resource) not in later


@settings(max_examples=30, deadline=None)
@given(
    clinic=clinics(shared=True), role=st.sampled_from([ROOM, PRACTITIONER, DEVICE]), name=st.integers(1, 5)
)
def test_starts_with_a_resource_are_those_at_which_it_can_be_assigned(
    clinic: Clinic, role: str, name: int
) -> None:
    search = Search(clinic.demand, clinic.supply)
    served = [cell for cell in set_cells(search.starts) if assign_cell(search, cell, {role: name})]
    if any(need.role == role for need in clinic.demand.needs):
        assert list(set_cells(search.starts_with(role, name))) == served


@settings(max_examples=30, deadline=None)
@given(
    clinic=clinics(shared=True), taken=st.dictionaries(st.integers(1, 6), claimed, max_size=3), away=claimed
)
def test_search_with_more_taken_is_a_search_over_what_is_left(
    clinic: Clinic, taken: dict[int, tuple[tuple[int, int], ...]], away: tuple[tuple[int, int], ...]
) -> None:
    """Narrowing a search gives what asking anew over the smaller supply gives."""
    cells = {
        name: clinic.grid.touched(clinic.interval(one) for one in spans) for name, spans in taken.items()
    }
    narrowed = Search(clinic.demand, clinic.supply).with_taken(
        cells, clinic.grid.touched(clinic.interval(one) for one in away)
    )
    things = tuple(
        Thing(one.id, one.windows, (*one.claims, *taken.get(one.id, ())), one.full_days)
        for one in clinic.things
    )
    anew = replace(clinic, things=things, patient=(*clinic.patient, *away))
    assert narrowed.starts == Search(anew.demand, anew.supply).starts
    assert narrowed.supply.free == anew.supply.free
    assert narrowed.lasting().starts & narrowed.starts == narrowed.starts
