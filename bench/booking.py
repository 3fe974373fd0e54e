"""Booking: how many round trips, whether it stays flat as the data grows, and what contention does to it."""

from __future__ import annotations

import multiprocessing
import random
import statistics
import time
from collections import Counter
from datetime import timedelta

from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from bench import data, visits
from bench.rows import Row, timed
from bookings import claim_writing, claiming
from bookings.actions import taking
from bookings.availability import starts
from bookings.claiming import Taking
from bookings.refusals import sqlstate
from bookings.slots import market
from bookings.visits import SpanClaim, plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic.models import Location, Patient, Resource
from treatments.models import TreatmentSession

WRITERS, SLOTS = 16, 50
#: PostgreSQL settles the plan of a prepared statement after some runs of it.
WARMING = 7
ATTEMPTS = max(int(10_000 * data.SCALE), 500)


def run(wanted: tuple[str, ...]) -> list[Row]:
    """The rows of this module whose name is wanted."""
    rows: list[Row] = []
    if _is_wanted("booking.queries", wanted):
        rows.append(_queries())
    if _is_wanted("flat.", wanted):
        rows += _flat()
    if _is_wanted("contention.", wanted):
        rows += _contention()
    return rows


def _is_wanted(name: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or any(name.startswith(one) or one.startswith(name) for one in wanted)


def _queries() -> Row:
    """One appointment with three resources and its messages, after a first one has filled the caches."""
    with data.use(data.SMALL) as place, transaction.atomic():
        times, desk = visits.fresh_times(place), visits.desk(place)
        for pk in visits.sessions(place, 2):
            session = TreatmentSession.objects.select_related(
                "plan__patient__clinical_profile", "plan__location__settings", "protocol_version__protocol"
            ).get(pk=pk)
            visit, (start, chosen) = visit_of(session), next(times)
            with CaptureQueriesContext(connection) as captured:
                taking.book(visit=visit, starts_at=start, chosen=chosen, by=desk, now=data.now())
        transaction.set_rollback(True)
    count = sum("SAVEPOINT" not in query["sql"] for query in captured)
    return Row(name="booking.queries", value=count, unit="queries", limit=14, data="3 resources, 14 messages")


def _flat() -> list[Row]:
    """The same question on a million claims and on ten thousand, asked in turn."""
    seconds: dict[int, list[tuple[float, float]]] = {data.SMALL: [], data.MILLION: []}
    for _round in range(3):
        for size, measured in seconds.items():
            with data.use(size) as place:
                measured.append((_availability_seconds(), _book_seconds(place)))
    best = {size: [min(column) for column in zip(*found, strict=True)] for size, found in seconds.items()}
    big, small = best[data.MILLION], best[data.SMALL]
    return [
        Row(
            name=name,
            value=big[at] * 1000,
            unit="ms",
            ratio=big[at] / small[at],
            limit=1.3,
            n=3,
            data="1,000,000 claims ÷ 10,000",
        )
        for at, name in enumerate(("flat.availability", "flat.book"))
    ]


def _availability_seconds() -> float:
    """A month in the middle of the data for ten practitioners and five rooms, whose claims are the same in both."""
    visit = plain_visit(Patient.objects.order_by("pk")[0], data.pool_place(), AppointmentKind.CONSULTATION)

    def ask() -> int:
        found = market(visit, first_day=data.TODAY, days=30, now=data.now(), is_limited=False)
        return starts(found.demand, found.supply)

    ask()
    return statistics.median(timed(ask) for _ in range(7))


def _book_seconds(place: Location) -> float:
    """One appointment without a plan, taken back again, on fresh times."""
    patients = list(Patient.objects.order_by("pk")[:40])
    times, desk = visits.fresh_times(place), visits.desk(place)
    found = []
    for patient in patients:
        visit, (start, chosen) = plain_visit(patient, place, AppointmentKind.CONSULTATION), next(times)
        chosen = {role: chosen[role] for role in visit.roles}
        with transaction.atomic():
            began = time.perf_counter()
            taking.book(visit=visit, starts_at=start, chosen=chosen, by=desk, now=data.now())
            found.append(time.perf_counter() - began)
            transaction.set_rollback(True)
    return statistics.median(found[10:])


def _contention() -> list[Row]:
    """Sixteen writers want the same fifty times again and again: lock, look, insert."""
    with data.use(data.SMALL) as place:
        resource = Resource.objects.filter(kind="practitioner").order_by("-pk")[0].pk
        patients = list(Patient.objects.order_by("-pk").values_list("pk", flat=True)[: WRITERS * 4])
        slots = [visits.FIRST + timedelta(days=400, minutes=30 * number) for number in range(SLOTS)]
        crowd = _Crowd(place.pk, resource, patients, slots)
        crowd.run()
        sold, overlaps = crowd.left_behind()
        crowd.forget()
    told = f"{ATTEMPTS} attempts by {WRITERS} writers on {SLOTS} times"
    return [
        Row(name="contention.deadlocks", value=crowd.outcomes["40P01"], unit="", limit=0, data=told),
        Row(name="contention.double_bookings", value=overlaps, unit="", limit=0, data=told),
        Row(
            name="contention.sold_share",
            value=sold / SLOTS,
            unit="",
            limit=1.0,
            at_least=True,
            data=told,
        ),
        Row(name="contention.max_ms", value=max(crowd.times) * 1000, unit="ms", limit=100, data=told),
        Row(
            name="contention.p50_ms",
            value=statistics.median(crowd.times) * 1000,
            unit="ms",
            data=f"{dict(crowd.outcomes)}",
        ),
    ]


class _Crowd:
    """Writers with a process and a connection each: threads of one process would wait for Python's own lock."""

    def __init__(self, place: int, resource: int, patients: list[int], slots: list[object]) -> None:
        self.place, self.resource, self.patients, self.slots = place, resource, patients, slots
        self.outcomes: Counter[str] = Counter()
        self.times: list[float] = []
        self._fork = multiprocessing.get_context("fork")
        self._barrier, self._told = self._fork.Barrier(WRITERS), self._fork.SimpleQueue()

    def run(self) -> None:
        """All writers at once; what each of them met."""
        connections.close_all()  # a connection must not be shared with a fork
        writers = [self._fork.Process(target=self._write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for _writer in writers:
            times, outcomes = self._told.get()
            self.times += times
            self.outcomes.update(outcomes)
        for writer in writers:
            writer.join()
        if self.outcomes.total() != ATTEMPTS // WRITERS * WRITERS:
            raise RuntimeError(f"a writer gave up: {dict(self.outcomes)}")

    def _write(self, number: int) -> None:
        """One writer's share of the attempts."""
        chance = random.Random(number)
        times, outcomes = [], []
        try:
            self._settle(number)
            self._barrier.wait(timeout=60)
            for _attempt in range(ATTEMPTS // WRITERS):
                slot = chance.choice(self.slots)
                began = time.perf_counter()
                outcomes.append(self._attempt(slot, chance.choice(self.patients)))
                times.append(time.perf_counter() - began)
            connections.close_all()
        finally:
            self._told.put((times, outcomes))

    def _settle(self, number: int) -> None:
        """A connection that serves has booked before: its plans are made. Each one tries at a time of its own."""
        start = self.slots[0] + timedelta(days=7 + number)  # type: ignore[operator]
        for _time in range(WARMING):
            with transaction.atomic():
                wanted = self._wanted(start, self.patients[number])
                claiming.lock_and_look([wanted], now=data.now())
                claim_writing.insert_if_free(wanted, self._row())
                transaction.set_rollback(True)

    def _wanted(self, start: object, patient: int) -> Taking:
        end = start + timedelta(minutes=30)  # type: ignore[operator]
        return Taking(patient, start, end, [SpanClaim(self.resource, start, end)])  # type: ignore[arg-type]

    def _attempt(self, start: object, patient: int) -> str:
        wanted = self._wanted(start, patient)
        try:
            with transaction.atomic():
                if claim_writing.insert_if_free(wanted, self._row()) is not None:
                    return "sold"
                if claiming.lock_and_look([wanted], now=data.now()):
                    return "taken"
                claim_writing.insert(wanted, self._row())
        except Exception as error:  # whatever comes is counted, none is expected
            return sqlstate(error) or type(error).__name__
        return "sold"

    def _row(self) -> claim_writing.NewRow:
        return claim_writing.NewRow(
            location=self.place,
            kind=AppointmentKind.CONSULTATION,
            status="booked",
            held_until=None,
            note="contention",
            is_told=False,
            by=None,
            now=data.now(),
        )

    def left_behind(self) -> tuple[int, int]:
        """How many times were sold, and how many overlaps there are."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bookings_appointment WHERE note = 'contention'")
            sold = cursor.fetchone()[0]
            cursor.execute(
                """
                SELECT count(*) FROM bookings_claim a JOIN bookings_claim b
                  ON a.resource_id = b.resource_id AND a.id < b.id
                 AND tstzrange(a.starts_at, a.ends_at, '[)') && tstzrange(b.starts_at, b.ends_at, '[)')
                 WHERE a.resource_id = %s
                """,
                [self.resource],
            )
            return sold, cursor.fetchone()[0]

    def forget(self) -> None:
        """Takes the sold times back, so that the next run finds the data as it was."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE bookings_appointment SET status = 'entered-in-error' WHERE note = 'contention';
                DELETE FROM bookings_claim c USING bookings_appointment a
                 WHERE a.id = c.appointment_id AND a.note = 'contention';
                UPDATE bookings_appointment SET note = 'contention, over' WHERE note = 'contention';
                """
            )
