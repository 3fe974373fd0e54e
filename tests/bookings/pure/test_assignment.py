"""Who serves a start, and what the front desk is told when nobody can."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.assignment import SlotClaim, assign, slots
from bookings.availability import Claimed, Demand, ObstacleCode, Resource, Supply
from bookings.obstacles import Obstacle, why_not
from bookings.phases import (
    DEVICE,
    PRACTITIONER,
    ROOM,
    Phase,
    Step,
    in_sequence,
    phases_of,
    spans_of,
    stretch,
    whole_span,
)
from bookings.timegrid import Grid
from clinic.intervals import Interval

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
GRID = Grid(MIDNIGHT, 288)
ANNA, BORIS = 1, 2
BLUE, GREEN = 11, 12
PEN = 21
NEEDLING = (
    Phase("prep", 0, 5, frozenset({ROOM, PRACTITIONER})),
    Phase("numbing", 5, 30, frozenset({ROOM})),
    Phase("procedure", 35, 30, frozenset({ROOM, PRACTITIONER, DEVICE})),
    Phase("turnover", 65, 10, frozenset({ROOM}), has_patient=False),
)
POOLS = {PRACTITIONER: (ANNA, BORIS), ROOM: (BLUE, GREEN), DEVICE: (PEN,)}


def at(hour: int, minute: int = 0) -> datetime:
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def clinic(busy: dict[int, list[tuple[datetime, datetime]]], *, full: dict[int, int] | None = None) -> Supply:
    """Open from 8 to 18 UTC; busy times by resource."""
    opening = GRID.covered([Interval(at(8), at(18))])
    resources = {
        name: Resource(
            name,
            opening,
            GRID.touched(Interval(*span) for span in busy.get(name, [])),
            (full or {}).get(name, 0),
            tuple(Claimed(*span, by=f"visit of {name}") for span in busy.get(name, [])),
        )
        for name in (ANNA, BORIS, BLUE, GREEN, PEN)
    }
    return Supply(GRID, BERLIN, opening, resources)


def needling(**more: object) -> Demand:
    return Demand(NEEDLING, POOLS, **more)  # type: ignore[arg-type]


def test_practitioner_is_claimed_in_spans_and_free_while_the_cream_works() -> None:
    slot = assign(at(9), needling(), clinic({}))
    assert slot is not None
    assert (slot.start, slot.end, slot.until) == (at(9), at(10, 5), at(10, 15))
    assert slot.assignment == {DEVICE: PEN, PRACTITIONER: ANNA, ROOM: BLUE}
    assert slot.claims == (
        SlotClaim(DEVICE, PEN, at(9, 35), at(10, 5)),
        SlotClaim(PRACTITIONER, ANNA, at(9), at(9, 5)),
        SlotClaim(PRACTITIONER, ANNA, at(9, 35), at(10, 5)),
        SlotClaim(ROOM, BLUE, at(9), at(10, 15)),
    )


def test_practitioner_may_see_somebody_else_during_numbing() -> None:
    supply = clinic({ANNA: [(at(9, 5), at(9, 35))], BORIS: [(at(8), at(18))]})
    slot = assign(at(9), needling(), supply)
    assert slot is not None
    assert slot.assignment[PRACTITIONER] == ANNA


def test_wished_practitioner_comes_first() -> None:
    slot = assign(at(9), needling(wished={PRACTITIONER: (BORIS,)}), clinic({}))
    assert slot is not None
    assert slot.assignment[PRACTITIONER] == BORIS


def test_room_with_the_shorter_free_stretch_is_taken() -> None:
    supply = clinic({GREEN: [(at(8), at(9)), (at(10, 15), at(18))]})
    slot = assign(at(9), needling(), supply)
    assert slot is not None
    assert slot.assignment[ROOM] == GREEN


def test_a_room_that_may_change_can_change_between_phases() -> None:
    phases = (
        Phase("numbing", 0, 30, frozenset({ROOM})),
        Phase("walk", 30, 5, frozenset()),
        Phase("mask", 35, 20, frozenset({ROOM})),
    )
    supply = clinic({BLUE: [(at(9, 30), at(18))], GREEN: [(at(8), at(9, 30))]})
    assert assign(at(9), Demand(phases, POOLS), supply) is None
    slot = assign(at(9), Demand(phases, POOLS, may_change=frozenset({ROOM})), supply)
    assert slot is not None
    assert [claim.resource for claim in slot.claims] == [BLUE, GREEN]
    assert slot.assignment == {ROOM: BLUE}


def test_slots_within_an_interval_are_only_those() -> None:
    found = [slot.start for slot in slots(needling(step_minutes=15), clinic({}), Interval(at(9), at(9, 31)))]
    assert found == [at(9), at(9, 15), at(9, 30)]


def test_assign_refuses_a_start_between_two_cells() -> None:
    assert assign(at(9, 3), needling(), clinic({})) is None
    assert [one.code for one in why_not(at(9, 3), needling(), clinic({}))] == [ObstacleCode.NOT_ON_STEP]


def test_why_not_names_who_is_taken_and_until_when() -> None:
    supply = clinic({PEN: [(at(9, 40), at(10))]})
    (obstacle,) = why_not(at(9), needling(), supply)
    assert obstacle == Obstacle(
        ObstacleCode.TAKEN, at(9, 25), DEVICE, PEN, Claimed(at(9, 40), at(10), "visit of 21")
    )
    assert obstacle.until == at(10)


def test_why_not_names_everybody_of_a_role_that_has_nobody() -> None:
    supply = clinic({ANNA: [(at(8), at(12))]}, full={BORIS: GRID.full})
    found = why_not(at(9), needling(), supply)
    assert [(one.code, one.resource, one.clears_at) for one in found] == [
        (ObstacleCode.TAKEN, ANNA, at(12)),
        (ObstacleCode.QUOTA, BORIS, None),
    ]


def test_why_not_tells_limits_from_each_other() -> None:
    supply = clinic({})
    codes = {
        "early": why_not(at(9), needling(not_before=at(10)), supply),
        "late": why_not(at(9), needling(not_after=at(9)), supply),
        "closed": why_not(at(17), needling(), supply),
        "patient": why_not(at(9), needling(patient_busy=GRID.touched([Interval(at(10), at(11))])), supply),
        "step": why_not(at(9, 5), needling(step_minutes=15), supply),
        "nobody": why_not(at(9), Demand(NEEDLING, {**POOLS, DEVICE: ()}), supply),
        "yesterday": why_not(at(-5), needling(), supply),
        "next year": why_not(at(9000), needling(), supply),
    }
    assert {name: [(one.code, one.clears_at) for one in found] for name, found in codes.items()} == {
        "early": [(ObstacleCode.BEFORE_NOTICE, at(10))],
        "late": [(ObstacleCode.PAST_HORIZON, None)],
        "closed": [(ObstacleCode.OUTSIDE_OPENING, None), *[(ObstacleCode.OUTSIDE_HOURS, None)] * 5],
        "patient": [(ObstacleCode.PATIENT_BUSY, at(11))],
        "step": [(ObstacleCode.NOT_ON_STEP, at(9, 15))],
        "nobody": [(ObstacleCode.NOBODY_ELIGIBLE, None)],
        "yesterday": [(ObstacleCode.BEFORE_NOTICE, at(0))],
        "next year": [(ObstacleCode.PAST_HORIZON, None)],
    }


def test_two_roles_need_two_people() -> None:
    phases = (Phase("procedure", 0, 30, frozenset({PRACTITIONER, "assistant"})),)
    alone = Demand(phases, {PRACTITIONER: (ANNA,), "assistant": (ANNA,)})
    assert [one.code for one in why_not(at(9), alone, clinic({}))] == [ObstacleCode.SHARED]
    both = Demand(phases, {PRACTITIONER: (ANNA,), "assistant": (ANNA, BORIS)})
    slot = assign(at(9), both, clinic({}))
    assert slot is not None
    assert slot.assignment == {PRACTITIONER: ANNA, "assistant": BORIS}


def test_stretch_puts_extra_minutes_where_the_practitioner_works() -> None:
    longer = stretch(NEEDLING, extra_minutes=10, first_extra_minutes=15)
    assert [(one.code, one.offset_minutes, one.minutes) for one in longer] == [
        ("prep", 0, 20),
        ("numbing", 20, 30),
        ("procedure", 50, 40),
        ("turnover", 90, 10),
    ]
    assert whole_span(longer).end == whole_span(NEEDLING).end + 25
    assert stretch(NEEDLING) == NEEDLING


def test_stretch_lengthens_what_runs_in_parallel() -> None:
    phases = (
        Phase("needling", 0, 30, frozenset({PRACTITIONER})),
        Phase("room", 0, 40, frozenset({ROOM})),
    )
    assert [one.minutes for one in stretch(phases, extra_minutes=5)] == [35, 45]


def test_stretch_refuses_to_shorten() -> None:
    with pytest.raises(ValueError, match="never negative"):
        stretch(NEEDLING, extra_minutes=-5)


def test_phase_refuses_to_be_empty() -> None:
    with pytest.raises(ValueError, match="at least a minute"):
        Phase("prep", 0, 0, frozenset())
    with pytest.raises(ValueError, match="at least one phase"):
        assign(at(9), Demand((Phase("turnover", 0, 5, frozenset(), has_patient=False),), {}), clinic({}))


def test_in_sequence_lays_steps_end_to_end_and_leaves_out_empty_ones() -> None:
    steps = [
        Step("prep", 10, [ROOM]),
        Step("numbing", 0, [ROOM]),
        Step("turnover", 5, [ROOM], has_patient=False),
    ]
    assert in_sequence(steps) == (
        Phase("prep", 0, 10, frozenset({ROOM})),
        Phase("turnover", 10, 5, frozenset({ROOM}), has_patient=False),
    )


def test_phases_of_a_protocol_are_taken_over() -> None:
    assert phases_of(NEEDLING) == NEEDLING
    assert [(span.start, span.end) for span in spans_of(NEEDLING, PRACTITIONER)] == [(0, 5), (35, 65)]
