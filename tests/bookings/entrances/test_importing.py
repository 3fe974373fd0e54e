"""Appointments from a spreadsheet: every row through the same action, a report by row, all or nothing."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bookings.models import Appointment
from clinic import roles
from clinic.messaging.models import Message
from tests.bookings.conftest import FIRST, Clinic
from tests.factories import LocationFactory, PatientFactory, staff

HEADERS = "patient;starts at;session;kind;minutes;practitioner;room;note"


def run(clinic: Clinic, path: Path, *rows: str, headers: str = HEADERS, **options: object) -> str:
    """What the command prints; its refusal at the end."""
    file, said = path / "appointments.csv", StringIO()
    file.write_text("\n".join([headers, *rows]), encoding="utf-8-sig")
    facts = {"location": clinic.location.slug, "by": clinic.desk.email, "stdout": said, **options}
    try:
        call_command("import_appointments", str(file), **facts)
    except CommandError as refused:
        return f"{said.getvalue()}{refused}"
    return said.getvalue()


def test_sessions_and_talks_are_booked_at_the_clinics_wall_time_and_nobody_is_told(
    clinic: Clinic, tmp_path: Path
) -> None:
    plan = clinic.plan()
    guest = PatientFactory(at=clinic.location, email="guest@mail.example", phone="+4915123456789")
    said = run(
        clinic,
        tmp_path,
        f"{plan.patient_id};2026-03-30 09:00;1;;;Dr. Weiss;Room 1;as before",
        "guest@mail.example;2026-03-31 09:00;;consultation;30;;;",
        "+4915123456789;2026-04-01 10:30;;;;;;",
    )
    assert said == "3 appointments were booked.\n"
    first = Appointment.objects.of_plan(plan).get()
    assert (first.starts_at, first.note, first.created_by) == (FIRST, "as before", clinic.desk)
    lengths = [row.ends_at - row.starts_at for row in Appointment.objects.of_patient(guest)]
    assert lengths[0] == timedelta(minutes=30)
    assert Message.objects.filter(kind="appointment_confirmed").count() == 0


def test_one_refused_row_keeps_all_of_them_out_and_every_reason_is_told_by_row(
    clinic: Clinic, tmp_path: Path
) -> None:
    plan = clinic.plan()
    said = run(
        clinic,
        tmp_path,
        f"{plan.patient_id};2026-03-30 09:00;1;;;;;",
        f"{plan.patient_id};2026-04-20 09:00;2;;;;;",
        f"{plan.patient_id};2026-03-30 09:15;;;;;;",
        "nobody@mail.example;30.3.2026;;;;Dr. No;;",
    )
    assert "row 3: Only 21 days after the session of Mon 30 Mar 2026" in said
    assert "row 4: The patient already has an appointment at this time." in said
    assert "row 5: starts at: '30.3.2026' is not a time such as 2026-05-04 09:30." in said
    assert "patient: no patient of" in said
    assert "practitioner: 'Dr. No' is none of Dr. Weiss." in said
    assert said.endswith("appointments.csv was not imported; nothing has changed.")
    assert (Appointment.objects.count(), Message.objects.count()) == (0, 0)


def test_dry_run_writes_nothing(clinic: Clinic, tmp_path: Path) -> None:
    said = run(clinic, tmp_path, f"{clinic.plan().patient_id};2026-03-30 09:00;1;;;;;", dry_run=True)
    assert (said, Appointment.objects.count()) == ("This was a dry run: nothing has been written.\n", 0)


@pytest.mark.parametrize(
    ("headers", "rows", "sentence"),
    [
        ("patient,when", ["1,2"], "there is no column “starts at”."),
        ("patient,when", ["1,2"], "“when” is not a column that is understood"),
        ("patient,starts at", [], "has no rows; the first one names the columns."),
    ],
)
def test_file_of_another_kind_is_refused_with_the_cure(
    clinic: Clinic, tmp_path: Path, headers: str, rows: list[str], sentence: str
) -> None:
    assert sentence in run(clinic, tmp_path, *rows, headers=headers)


def test_who_may_not_book_there_may_not_import(clinic: Clinic, tmp_path: Path) -> None:
    stranger = staff(roles.FRONT_DESK, at=LocationFactory())
    said = run(clinic, tmp_path, f"{clinic.plan().patient_id};2026-03-30 09:00;1;;;;;", by=stranger.email)
    assert said == f"'{stranger.email}' is nobody who may book at {clinic.location.slug}."
    assert Appointment.objects.count() == 0
