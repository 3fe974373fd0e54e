"""Plan, cancel, move, claim, send, crash, reap, let time pass: in any order, and what must hold after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from clinic.messaging import faults, registry
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.channels.base import Accepted, Capabilities, Outgoing
from clinic.messaging.channels.local import MemorySms
from clinic.messaging.engine import bulk
from clinic.messaging.engine import drain as passes
from clinic.messaging.engine.claim import claim
from clinic.messaging.engine.doubt import reap
from clinic.messaging.models import Message
from clinic.messaging.words import Policy
from clinic.models import Location
from clinic.timekeeping import is_quiet
from tests.clinic.messaging.conftest import HOUR, NOW, Visit, Visits, reminder
from tests.factories import LocationFactory, PatientFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
IN_THE_WINDOW = {faults.AFTER_DISPATCHING, faults.AFTER_ACCEPT}


class Crash(BaseException):
    """kill -9, as far as one process can play it: nothing is given back."""


class Outbox(RuleBasedStateMachine):
    """The clinic, its workers and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = transaction.atomic()
        self.rows.__enter__()
        self.now = NOW
        self.visits = Visits()
        registry.register(self.visits)
        MemorySms.forget()
        self.location = Location.objects.get(pk=LocationFactory().pk)  # with times as times
        self.patient = PatientFactory(at=self.location, email="")
        self.sends: list[tuple[int, datetime]] = []
        self.window: Counter[int] = Counter()
        self.called_back: set[int] = set()

    def teardown(self) -> None:
        try:
            self._let_everything_settle()
        finally:
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)
            registry.unregister(self.visits.name)

    @initialize(knows_keys=st.booleans(), takes_many=st.booleans())
    def provider(self, knows_keys: bool, takes_many: bool) -> None:
        self.knows_keys, self.takes_many = knows_keys, knows_keys and takes_many

    @rule(minutes=st.integers(-30, 900), useful=st.integers(10, 900), at_most_once=st.booleans())
    def plan(self, minutes: int, useful: int, at_most_once: bool) -> None:
        at = self.now + timedelta(minutes=minutes)
        wanted = reminder(
            at,
            expires_at=at + timedelta(minutes=useful),
            policy=Policy.AT_MOST_ONCE if at_most_once else Policy.AT_LEAST_ONCE,
        )
        visit = self.visits.add(self.patient, self.location, self.now + 20 * HOUR, wanted)
        reconcile("visit", visit, now=self.now)

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if (visit := self._some_visit(data)) is not None:
            visit.is_cancelled = True
            self._reconcile(visit)

    @rule(data=st.data(), minutes=st.integers(-60, 300))
    def move(self, data: st.DataObject, minutes: int) -> None:
        if (visit := self._some_visit(data)) is not None and not visit.is_cancelled:
            visit.version += 1
            by = timedelta(minutes=minutes)
            old = visit.wants[0]
            visit.wants = [
                reminder(old.scheduled_for + by, expires_at=old.expires_at + by, policy=old.policy)
            ]
            self._reconcile(visit)

    @rule(minutes=st.sampled_from([1, 2, 20, 180, 600]))
    def let_time_pass(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def send(self) -> None:
        with self._provider():
            passes.drain(now=self.now, batch=2)

    @rule()
    def claim_and_die(self) -> None:
        claim(channel="sms", limit=2, now=self.now)

    @rule(point=st.sampled_from(faults.POINTS))
    def send_and_die(self, point: str) -> None:
        def die(name: str) -> None:
            if name == point:
                raise Crash

        with (
            self._provider(),
            patch.object(faults, "point", die),
            patch.object(passes, "release", lambda *_args, **_options: None),
        ):
            try:
                passes.drain(now=self.now, batch=2)
            except Crash:
                if point in IN_THE_WINDOW:
                    self.window.update(
                        Message.objects.filter(status="dispatching").values_list("pk", flat=True)
                    )

    @rule()
    def free_what_lapsed(self) -> None:
        with self._provider():
            reap(now=self.now)

    @invariant()
    def no_message_comes_twice_but_for_a_crash_in_the_window(self) -> None:
        often = Counter(pk for pk, _at in self.sends)
        policies = dict(Message.objects.filter(pk__in=often).values_list("pk", "policy"))
        for pk, count in often.items():
            excused = 0 if self.knows_keys or policies[pk] == Policy.AT_MOST_ONCE else self.window[pk]
            assert count <= 1 + excused

    @invariant()
    def nothing_leaves_early_late_or_at_night(self) -> None:
        messages = Message.objects.in_bulk({pk for pk, _at in self.sends})
        for pk, at in self.sends:
            quiet = self.location.settings
            assert at < messages[pk].expires_at
            assert not is_quiet(at, quiet.quiet_from, quiet.quiet_until, self.location.tz)

    @invariant()
    def nothing_is_planned_but_what_is_wanted(self) -> None:
        for visit in self.visits.rows.values():
            planned = (
                Message.objects.about("visit", visit.pk).unsent().values_list("scheduled_for", flat=True)
            )
            wanted = {one.scheduled_for for one in self.visits.wanted(visit, self.now)}
            assert set(planned) <= wanted

    @invariant()
    def what_was_called_back_unsent_never_left(self) -> None:
        assert not self.called_back & {pk for pk, _at in self.sends}

    def _some_visit(self, data: st.DataObject) -> Visit | None:
        rows = list(self.visits.rows.values())
        return data.draw(st.sampled_from(rows)) if rows else None

    def _reconcile(self, visit: Visit) -> None:
        reconcile("visit", visit, now=self.now)
        gone = Message.objects.about("visit", visit.pk).filter(status="cancelled", tries__isnull=True)
        self.called_back |= set(gone.values_list("pk", flat=True))

    @contextmanager
    def _provider(self) -> Iterator[None]:
        """A provider that notes when it accepted what, and knows keys or not."""

        def take(carrier: MemorySms, outgoing: Outgoing) -> Accepted:
            if not self.knows_keys or outgoing.key not in {kept.key for kept in MemorySms.sent}:
                MemorySms.sent.append(outgoing)
                self.sends.append((outgoing.message_id, self.now))
            return Accepted(outgoing.key)

        def take_many(carrier: MemorySms, outgoing: list[Outgoing]) -> list[Accepted]:
            return [take(carrier, each) for each in outgoing]

        can = Capabilities(is_local=True, can_look_up=self.knows_keys, can_batch=self.takes_many)
        with (
            patch.object(MemorySms, "send", take),
            patch.object(MemorySms, "send_many", take_many, create=True),
            patch.object(MemorySms, "capabilities", can),
            patch.object(bulk, "release", lambda *_args, **_options: None),
        ):
            yield

    def _let_everything_settle(self) -> None:
        """A working day later nothing is left hanging, and what could still be said was said."""
        for _step in range(16):
            self.now += timedelta(minutes=97)
            self.free_what_lapsed()
            self.send()
        left: Any = Message.objects.filter(status__in=["pending", "claimed", "dispatching"])
        assert [m.pk for m in left if m.next_attempt_at <= self.now] == []
        sent = {pk for pk, _at in self.sends}
        claimed_sent = set(Message.objects.accepted().values_list("pk", flat=True))
        assert claimed_sent <= sent
        doubtful = set(Message.objects.filter(status="unknown").values_list("pk", flat=True))
        assert sent <= claimed_sent | doubtful


def test_the_outbox_holds_in_any_order_of_events() -> None:
    limits = settings(
        max_examples=8, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Outbox, settings=limits)
