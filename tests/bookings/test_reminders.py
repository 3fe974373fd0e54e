"""What is said about an appointment and when; replies; facts of the app below."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from icalendar import Calendar

from bookings.actions import appointments
from bookings.actions.series import book_series, chosen_from, propose_series
from bookings.ics import calendar_file, uid
from bookings.models import Appointment
from bookings.reminders import AppointmentSubject
from bookings.replies import arrive_by_reply, call_by_reply, confirm_by_reply
from bookings.visits import visit_of
from clinic.messaging.engine.drain import drain
from clinic.messaging.models import Message
from clinic.messaging.previewing import as_it_would_read
from clinic.messaging.registry import Reply
from clinic.models import Task
from tests.bookings.conftest import FIRST, Clinic
from treatments.actions.patients import save_profile
from treatments.models import Protocol
from treatments.naming import plan_name
from treatments.signals import plan_frozen, plan_released, session_performed

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def booked(clinic: Clinic, at: datetime = FIRST) -> Appointment:
    return appointments.book(
        visit=clinic.visit(), starts_at=at, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )


def planned(row: Appointment) -> dict[str, datetime]:
    rows = Message.objects.about("appointment", row.pk).unsent()
    return dict(rows.values_list("rule", "scheduled_for"))


def test_messages_of_a_visit_four_weeks_ahead(clinic: Clinic) -> None:
    row = booked(clinic)
    found = planned(row)
    assert found["BOOKED"] == clinic.now + timedelta(seconds=10)
    assert found["R_2D"] == datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
    assert found["P_1"] == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert "R_3H" not in found
    assert Message.objects.get(rule="P_3").kind == "screening_request"
    assert Message.objects.get(rule="P_2HR").kind == "on_the_day"


def test_visit_agreed_at_short_notice_gets_few_messages_and_one_merged_text(clinic: Clinic) -> None:
    row = booked(clinic, at=clinic.now + 5 * HOUR)
    found = planned(row)
    assert set(found) == {"BOOKED", "P_MERGED", "P_3", "P_2HR"}
    merged = Message.objects.get(rule="P_MERGED")
    assert set(merged.extra["codes"]) >= {"P_30", "P_14", "P_7", "P_5", "P_1"}


def test_moving_calls_back_the_old_reminders_and_says_where_it_was(clinic: Clinic) -> None:
    row = booked(clinic)
    moved = appointments.move(appointment=row, starts_at=FIRST + DAY, by=clinic.desk, now=clinic.now + HOUR)
    found = planned(moved)
    assert "BOOKED" not in found
    assert (found["MOVED"], found["R_2D"]) == (
        clinic.now + HOUR + timedelta(seconds=10),
        datetime(2026, 3, 29, 8, 0, tzinfo=UTC),
    )
    message = Message.objects.get(rule="MOVED")
    facts = AppointmentSubject().context(moved, message, clinic.now)
    assert (facts["starts_at"], facts["old_starts_at"]) == (FIRST + DAY, FIRST)


def test_arrival_and_confirmation_repeat_nothing(clinic: Clinic) -> None:
    row = booked(clinic)
    before = planned(row)
    confirmed = appointments.confirm(appointment=row, by=None, now=clinic.now)
    assert planned(confirmed) == before


def test_texts_before_a_booked_visit_follow_what_is_known_about_the_patient(clinic: Clinic) -> None:
    row = booked(clinic)
    before = planned(row)
    assert "P_2_HSV" not in before
    save_profile(row.patient, hsv_prescribed=True, by=clinic.desk, now=clinic.now + HOUR)
    assert set(planned(row)) - set(before) == {"P_2_HSV"}
    save_profile(row.patient, hsv_prescribed=False, by=clinic.desk, now=clinic.now + HOUR)
    assert planned(row) == before


def test_desk_may_keep_quiet(clinic: Clinic) -> None:
    row = booked(clinic)
    appointments.cancel(appointment=row, reason="clinic", by=clinic.desk, now=clinic.now, is_told=False)
    assert planned(row) == {}


def test_message_is_stopped_at_the_gate_when_the_appointment_left(clinic: Clinic) -> None:
    row = booked(clinic)
    message = Message.objects.get(rule="R_2D")
    subject = AppointmentSubject()
    assert subject.gate(row, message, clinic.now) is None
    Appointment.objects.filter(pk=row.pk).update(status="noshow")
    gone = subject.load(row.pk)
    assert gone is not None
    assert subject.gate(gone, message, clinic.now) == "not-wanted"


def test_calendar_entry_keeps_its_uid_and_raises_its_sequence(clinic: Clinic) -> None:
    row = booked(clinic)
    made = Calendar.from_ical(calendar_file([row], now=clinic.now))
    gone = appointments.cancel(appointment=row, reason="ill", by=None, now=clinic.now)
    cancelled = Calendar.from_ical(calendar_file([gone], now=clinic.now))
    first, last = made.walk("VEVENT")[0], cancelled.walk("VEVENT")[0]
    assert (made["METHOD"], cancelled["METHOD"], last["STATUS"]) == ("REQUEST", "CANCEL", "CANCELLED")
    assert (first["UID"], last["UID"], first["SEQUENCE"], last["SEQUENCE"]) == (uid(row), uid(row), 1, 2)
    assert first.decoded("DTSTART") == FIRST
    assert b"DTSTART;TZID=Europe/Berlin:20260330T090000" in calendar_file([row], now=clinic.now)
    assert "needling" not in str(first).lower()


def test_booking_moving_and_cancelling_are_mailed_with_one_entry_that_updates_in_place(
    clinic: Clinic, mailoutbox: Any
) -> None:
    visit = clinic.visit()
    visit.patient.preferred_channel, visit.patient.email = "email", "leyla@home.example"
    visit.patient.save(update_fields=["preferred_channel", "email"])
    row = appointments.book(
        visit=visit, starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
    )
    drain(now=clinic.now + MINUTE)
    row = appointments.move(
        appointment=row, starts_at=FIRST + DAY, by=clinic.desk, now=clinic.now + 2 * MINUTE
    )
    drain(now=clinic.now + 3 * MINUTE)
    appointments.cancel(appointment=row, reason="ill", by=None, now=clinic.now + 4 * MINUTE)
    drain(now=clinic.now + 5 * MINUTE)
    told = []
    for letter in mailoutbox:
        files = [part for part in letter.attachments if "calendar" in str(part[2])]
        for part in files:
            made = Calendar.from_ical(part[1])
            (entry,) = made.walk("VEVENT")
            told.append((str(made["METHOD"]), str(entry["UID"]), entry["SEQUENCE"], entry.decoded("DTSTART")))
    assert told == [
        ("REQUEST", uid(row), 1, FIRST),
        ("REQUEST", uid(row), 2, FIRST + DAY),
        ("CANCEL", uid(row), 3, FIRST + DAY),
    ]
    numbers = (
        Message.objects.filter(status="sent", channel="email").order_by("id").values_list("pk", flat=True)
    )
    assert {letter.extra_headers["Message-ID"] for letter in mailoutbox} == {
        f"<message-{pk}@localhost>" for pk in numbers
    }


def test_the_text_after_a_missed_visit_stops_when_there_is_a_new_time(clinic: Clinic) -> None:
    row = booked(clinic)
    missed = appointments.mark_noshow(appointment=row, by=clinic.desk, now=FIRST + HOUR)
    message = Message.objects.get(kind="noshow_rebook")
    assert (message.status, message.scheduled_for, message.purpose) == (
        "pending",
        FIRST + 3 * HOUR,
        "follow-up",
    )
    subject = AppointmentSubject()
    again = subject.load(missed.pk)
    assert again is not None
    assert subject.gate(again, message, FIRST + 3 * HOUR) is None
    assert row.treatment_session is not None
    visit = visit_of(row.treatment_session)
    appointments.book(
        visit=visit, starts_at=FIRST + 7 * DAY, chosen=clinic.chosen(), by=clinic.desk, now=FIRST + 2 * HOUR
    )
    drain(now=FIRST + 3 * HOUR)
    message.refresh_from_db()
    assert (message.status, message.sent_at) == ("cancelled", None)


def test_series_confirmation_carries_the_whole_series_as_entries(clinic: Clinic) -> None:
    plan = clinic.plan()
    rows = book_series(
        plan=plan, chosen=chosen_from(propose_series(plan, now=clinic.now)), by=clinic.desk, now=clinic.now
    )
    message = Message.objects.get(kind="appointment_confirmed")
    message.channel = "email"
    subject = AppointmentSubject()
    row = subject.load(rows[0].pk)
    assert row is not None
    attached = subject.context(row, message, clinic.now)["attachments"][0]
    assert len(Calendar.from_ical(attached.content).walk("VEVENT")) == 4


def reply(row: Appointment, clinic: Clinic, at: datetime) -> Reply:
    return Reply(patient=row.patient, location=clinic.location, text="C", received_at=at)


def test_replies_confirm_check_in_and_ask_for_a_call(clinic: Clinic) -> None:
    row = booked(clinic)
    assert confirm_by_reply(reply(row, clinic, clinic.now)) == "confirmed Mon 30 Mar 09:00"
    assert arrive_by_reply(reply(row, clinic, clinic.now)) is None
    assert call_by_reply(reply(row, clinic, FIRST - HOUR)) == "the desk will call"
    assert arrive_by_reply(reply(row, clinic, FIRST - HOUR)) == "arrived for Mon 30 Mar 09:00"
    row.refresh_from_db()
    assert (row.status, row.confirmed_at, Task.objects.get().kind) == (
        "arrived",
        clinic.now,
        "patient-unwell",
    )


@pytest.fixture
def series(clinic: Clinic) -> Any:
    """A plan booked whole."""
    plan = clinic.plan()
    book_series(
        plan=plan, chosen=chosen_from(propose_series(plan, now=clinic.now)), by=clinic.desk, now=clinic.now
    )
    return plan


def test_performed_session_finishes_its_visit_and_drift_becomes_a_task(clinic: Clinic, series: Any) -> None:
    session = series.sessions.get(number=1)
    row = Appointment.objects.get(treatment_session=session)
    appointments.arrive(appointment=row, by=clinic.desk, now=row.starts_at)
    late = row.starts_at + 3 * DAY
    type(session).objects.filter(pk=session.pk).update(status="completed", performed_at=late)
    session.refresh_from_db()
    session_performed.send(sender=type(session), session=session, by=clinic.desk, now=late)
    row.refresh_from_db()
    assert row.status == "fulfilled"
    assert Task.objects.get(kind="series-drifted").subject_id == (
        Appointment.objects.get(treatment_session__number=2).pk
    )


def test_plan_on_hold_calls_reminders_back_and_its_release_brings_them_again(
    clinic: Clinic, series: Any
) -> None:
    row = Appointment.objects.get(treatment_session__number=2)
    before = planned(row)
    type(series).objects.filter(pk=series.pk).update(status="on-hold")
    series.refresh_from_db()
    plan_frozen.send(sender=type(series), plan=series, by=clinic.desk, now=clinic.now, reason="swelling")
    assert planned(row) == {}
    assert set(Message.objects.about("appointment", row.pk).values_list("reason", flat=True)) == {"on-hold"}
    asked = Task.objects.about("appointment", row.pk)
    assert [(task.kind, task.status) for task in asked] == [("plan-on-hold", "open")]
    type(series).objects.filter(pk=series.pk).update(status="active")
    series.refresh_from_db()
    plan_released.send(sender=type(series), plan=series, by=clinic.desk, now=clinic.now)
    assert planned(row) == before
    assert [task.status for task in asked.all()] == ["done"]
    type(series).objects.filter(pk=series.pk).update(status="on-hold")
    series.refresh_from_db()
    plan_frozen.send(sender=type(series), plan=series, by=clinic.desk, now=clinic.now, reason="again")
    assert [task.status for task in asked.all()] == ["open"]


def test_ended_plan_cancels_what_is_still_booked(clinic: Clinic, series: Any) -> None:
    type(series).objects.filter(pk=series.pk).update(status="revoked")
    series.refresh_from_db()
    plan_frozen.send(sender=type(series), plan=series, by=clinic.desk, now=clinic.now - HOUR, reason="closed")
    assert Appointment.objects.occupying().count() == 0


def test_letters_name_the_treatment_in_plain_words_and_in_the_patients_language(
    clinic: Clinic, series: Any
) -> None:
    row = Appointment.objects.select_related("patient").get(treatment_session__number=1)
    message = Message.objects.about("appointment", row.pk).get(rule="BOOKED")
    message.channel, message.patient.language = "email", "de"
    shown = as_it_would_read(message, now=clinic.now)
    assert "Microneedling bei Aknenarben" in shown.text
    assert not shown.has_foreign_parts
    with override("tr"):
        assert plan_name(series) == "Akne izleri için mikroiğneleme"


def test_a_name_that_only_the_clinic_knows_is_said_as_written_and_the_desk_sees_it(
    clinic: Clinic, series: Any
) -> None:
    Protocol.objects.update(patient_name="", label="Our own needling")
    row = Appointment.objects.get(treatment_session__number=1)
    message = Message.objects.about("appointment", row.pk).get(rule="BOOKED")
    message.channel, message.patient.language = "email", "de"
    shown = as_it_would_read(message, now=clinic.now)
    assert ("Our own needling" in shown.text, shown.has_foreign_parts) == (True, True)
