"""The told demo keeps what the database and the rules promise, whichever way it was written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q

from bookings.demo.telling import is_told, tell_story
from bookings.models import Appointment, Claim, WaitlistEntry
from bookings.words import OCCUPYING, AppointmentStatus
from clinic.messaging.actions.outbox import reconcile
from clinic.messaging.healing import heal
from clinic.messaging.models import Message, MessageAttempt
from clinic.messaging.words import ACCEPTED, MessageStatus
from clinic.models import Closure, Patient, User
from clinic.timekeeping import local_day
from clinic.words import DEMO_LOGINS
from treatments.models import (
    Lot,
    Outcome,
    Photo,
    RecoveryCheck,
    SessionRecord,
    TreatmentPlan,
    TreatmentSession,
)
from treatments.queries.catalogue import definition_of, shared
from treatments.words import CheckStatus, PlanStatus, RecordStatus, SessionStatus

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
#: A Wednesday, two in the afternoon in Berlin.
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A small demo, told once for this module and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_catalogue", verbosity=0)
        tell_story(now=NOW, scale=0.05, only="riverside")
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _told(story: None) -> None:
    """Every test here reads the same story."""


def test_claims_exist_exactly_while_an_appointment_occupies() -> None:
    rows = Appointment.objects.annotate(taken=Count("claims"))
    assert not rows.filter(status__in=OCCUPYING, taken=0).exists()
    assert not rows.exclude(status__in=OCCUPYING).filter(taken__gt=0).exists()


def test_nobody_is_in_two_places() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bookings_claim a JOIN bookings_claim b ON a.id < b.id"
            " AND a.resource_id = b.resource_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
        )
        assert cursor.fetchone() == (0,)
    assert Claim.objects.exists()


def test_sessions_were_performed_in_order_and_not_too_soon() -> None:
    plans = 0
    for plan in TreatmentPlan.objects.select_related("location"):
        done = [*plan.sessions.performed().order_by("number").select_related("protocol_version")]
        assert [session.number for session in done] == list(range(1, len(done) + 1))
        for earlier, later in pairwise(done):
            gap = local_day(later.performed_at, plan.location.tz) - local_day(
                earlier.performed_at, plan.location.tz
            )
            assert gap.days >= definition_of(later).step_before(later.number).min_days
            plans += 1
    assert plans > 3


def test_performed_sessions_have_a_signed_record_with_lots_and_a_fulfilled_appointment() -> None:
    performed = TreatmentSession.objects.performed()
    assert performed.count() > 5
    for session in performed:
        assert session.record.status == RecordStatus.SIGNED
        assert session.record.zones.exists()
        assert session.record.products.filter(lot__isnull=False).exists()
        assert session.appointments.filter(status=AppointmentStatus.FULFILLED).count() == 1
        assert session.screenings.exists()
        assert session.status_changes.order_by("-id").first().to_status == SessionStatus.COMPLETED  # type: ignore[union-attr]
    assert SessionRecord.objects.filter(status=RecordStatus.SIGNED).count() == performed.count()


def test_plan_is_complete_exactly_when_no_session_is_left() -> None:
    for plan in TreatmentPlan.objects.with_progress():
        assert (plan.status == PlanStatus.COMPLETED) == (plan.sessions_left == 0)  # type: ignore[attr-defined]


def test_healing_finds_no_drift() -> None:
    found = heal(NOW)
    assert found["looked_at"] > 0
    assert (found["planned"], found["cancelled"]) == (0, 0)


def test_no_message_waits_in_the_past() -> None:
    assert not Message.objects.due(NOW).exists()
    assert Message.objects.filter(status=MessageStatus.PENDING, next_attempt_at__gt=NOW).exists()


def test_sent_messages_show_their_text_and_open_nothing() -> None:
    sent = Message.objects.accepted()
    assert sent.count() > 50
    assert not sent.exclude(attempts=F("attempts")).exists()
    assert sent.annotate(tried=Count("tries")).filter(tried=0).count() == 0
    assert not MessageAttempt.objects.filter(body="").exists()
    assert not MessageAttempt.objects.filter(body__regex=r"/p/[A-Za-z0-9_-]{16,}").exists()
    assert not sent.filter(Q(sent_at__gt=NOW) | Q(sent_at__gte=F("expires_at"))).exists()
    assert set(sent.values_list("provider", flat=True)) <= {
        "demo-sms",
        "demo-mail",
        "email",
        "django-email",
        "smtp",
    }


def test_messages_left_outside_the_quiet_hours() -> None:
    for message in Message.objects.filter(status__in=ACCEPTED, ignores_quiet_hours=False).select_related(
        "location"
    ):
        assert message.sent_at is not None
        assert 8 <= message.sent_at.astimezone(message.location.tz).hour < 21


def test_outbox_has_nothing_to_heal() -> None:
    upcoming = Appointment.objects.for_change().upcoming(NOW)
    assert upcoming.count() > 10
    drift = {row.pk: found for row in upcoming if (found := reconcile("appointment", row, now=NOW)).changes}
    assert drift == {}


def test_recovery_checks_are_answered_silent_and_still_to_come() -> None:
    statuses = set(RecoveryCheck.objects.values_list("status", flat=True))
    assert {CheckStatus.ANSWERED, CheckStatus.PLANNED} <= statuses
    assert not RecoveryCheck.objects.due(NOW - timedelta(hours=1)).exists()
    assert not RecoveryCheck.objects.filter(status=CheckStatus.ANSWERED, grade="").exists()


def test_today_has_visits_in_several_statuses() -> None:
    today = Appointment.objects.filter(starts_at__date=NOW.date())
    assert {AppointmentStatus.FULFILLED, AppointmentStatus.BOOKED} <= set(
        today.values_list("status", flat=True)
    )


def test_shelf_has_lots_in_trouble_and_lots_in_use() -> None:
    assert Lot.objects.filter(quarantined_at__isnull=False).count() == 1
    assert Lot.objects.filter(expires_on__lt=NOW.date()).count() == 1
    assert Lot.objects.usable(NOW.date()).filter(uses__isnull=False).exists()


def test_leave_and_waitlist_are_there() -> None:
    assert Closure.objects.standing().filter(kind="leave").count() == 1
    assert WaitlistEntry.objects.waiting().exists()


def test_logins_work_and_the_demo_is_not_told_twice() -> None:
    for _role, email, password in DEMO_LOGINS:
        assert User.objects.get(email=email).check_password(password)
    assert is_told()
    call_command("load_demo", "--if-empty", verbosity=0)
    with pytest.raises(CommandError, match="loaded already"):
        call_command("load_demo")
    assert Patient.objects.count() == 20


def test_series_have_scores_of_both_sides_and_drawn_photos() -> None:
    scales = {scale.code: scale for scale in shared().scales}
    rows = list(Outcome.objects.all())
    assert {row.by_patient for row in rows} == {True, False}
    for row in rows:
        scale = scales[row.scale]
        assert scale.lowest <= row.score <= scale.highest
        assert (row.score - scale.lowest) % scale.step == 0
        assert ("P" if row.by_patient else "C") in scale.scored_by
    assert all(photo.width == 360 for photo in Photo.objects.all())
