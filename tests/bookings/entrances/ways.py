"""The ways in: each tries to book one session at one time, and gives what it was told, or nothing when it is booked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import Client

from clinic.api.authentication import token_hash
from clinic.models import ApiToken, User
from tests.bookings.conftest import Clinic
from treatments.models import TreatmentSession

#: What somebody was told; None when the session is booked.
Told = str | None
Way = Callable[[Clinic, User, TreatmentSession, datetime, Path], Told]


def page(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """The desk's page of times."""
    client = Client()
    client.force_login(user)
    told = {"for": f"session-{session.pk}", "slot": "|".join([at.isoformat(), *_pairs(clinic)])}
    answer = client.post(f"/book/{session.plan.patient_id}/", told)
    return None if answer.status_code == 302 else answer.content.decode()


def series_page(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """The planner's page: the dates of a series, one of them changed by hand."""
    client = Client()
    client.force_login(user)
    told = {f"session-{session.number}": "|".join([at.isoformat(), *_pairs(clinic)])}
    answer = client.post(f"/plans/{session.plan_id}/dates/", told, follow=True)
    text = answer.content.decode()
    return text if "Nothing was booked" in text else None


def reflow_page(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """The page that fits a series again, with a time that it did not propose."""
    client = Client()
    client.force_login(user)
    told = {"session": "|".join([str(session.number), "", at.isoformat(), *_pairs(clinic)])}
    answer = client.post(f"/plans/{session.plan_id}/reflow/", told)
    return None if answer.status_code == 302 else answer.content.decode()


def api(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """A program that books one appointment."""
    body = {"session": session.pk, "starts_at": at.isoformat(), "assignment": clinic.chosen()}
    return _posted(user, "/api/v1/appointments/", body)


def series_api(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """A program that books a series."""
    one = {"number": session.number, "starts_at": at.isoformat(), "assignment": clinic.chosen()}
    return _posted(user, f"/api/v1/plans/{session.plan_id}/book/", {"sessions": [one]})


def admin(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """The operator's page: nobody has more rights."""
    operator, _is_new = User.objects.get_or_create(
        email="operator@clinic.example", defaults={"name": "Operator", "is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(operator)
    wall = at.astimezone(clinic.location.tz)
    told = {"session": session.pk, "starts_at": f"{wall:%Y-%m-%d %H:%M:%S}", "note": ""}
    answer = client.post("/operator/bookings/appointment/add/", told)
    return None if answer.status_code == 302 else answer.content.decode()


def imported(clinic: Clinic, user: User, session: TreatmentSession, at: datetime, where: Path) -> Told:
    """A spreadsheet from another program."""
    file, said = where / "appointments.csv", StringIO()
    wall = at.astimezone(clinic.location.tz)
    file.write_text(
        "patient,session,starts at,practitioner\n"
        f"{session.plan.patient_id},{session.number},{wall:%Y-%m-%d %H:%M},Dr. Weiss\n"
    )
    try:
        call_command(
            "import_appointments", str(file), location=clinic.location.slug, by=user.email, stdout=said
        )
    except CommandError as refused:
        return f"{said.getvalue()}\n{refused}"
    return None


WAYS: Mapping[str, Way] = {
    "page": page,
    "series page": series_page,
    "reflow page": reflow_page,
    "API": api,
    "series API": series_api,
    "admin": admin,
    "import": imported,
}


def _pairs(clinic: Clinic) -> list[str]:
    return [f"{role}={pk}" for role, pk in clinic.chosen().items()]


def _posted(user: User, path: str, body: Mapping[str, object]) -> Told:
    ApiToken.objects.get_or_create(
        token_hash=token_hash(f"of-{user.pk}"), defaults={"user": user, "created_at": user.date_joined}
    )
    answer = Client().post(path, body, "application/json", headers={"Authorization": f"Bearer of-{user.pk}"})
    return None if answer.status_code == 201 else answer.content.decode()
