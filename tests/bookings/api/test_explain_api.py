"""“Why not?” as a program asks it: every reason has a code, a sentence, and from when on it no longer holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.actions import appointments
from bookings.actions.closures import close
from bookings.visits import visit_of
from clinic.models import ClinicSettings, Resource
from tests.bookings.api.test_appointments_api import Api
from tests.bookings.conftest import FIRST, Clinic
from tests.treatments.day import screen
from treatments.actions.screening import AnswerInput, note_earlier_treatment
from treatments.models import TreatmentSession

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: What is remarked about a patient who has signed and answered nothing yet.
UNREADY = {"screening_incomplete", "consent_missing", "patch_test:PT_NUMB", "patch_test:PT_SERUM"}
Reasons = dict[str, tuple[str, str | None]]


class Asking:
    """Asks why a session is not offered at a time."""

    def __init__(self, clinic: Clinic, api: Api) -> None:
        self.clinic, self.api = clinic, api
        self.facts: dict[str, Any] = {"by": clinic.desk, "now": clinic.now}

    def whole(self, session: TreatmentSession, start: datetime, **more: int) -> dict[str, Any]:
        """The answer."""
        told = {"session": session.pk, "starts_at": start.isoformat(), **more}
        answer = self.api.get("explain/", told)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    def reasons(self, session: TreatmentSession, start: datetime, **more: int) -> Reasons:
        """Code → sentence and the instant from which it no longer holds, for the first of several alike."""
        found: Reasons = {}
        for one in self.whole(session, start, **more)["problems"]:
            if one["code"] not in UNREADY:
                found.setdefault(one["code"], (one["sentence"], one["possible_from"]))
        return found

    def book(self, session: TreatmentSession, start: datetime, *, room: int = 0) -> None:
        """Books a session with Dr. Weiss."""
        visit = visit_of(session)
        appointments.book(visit=visit, starts_at=start, chosen=self.clinic.chosen(room=room), **self.facts)


@pytest.fixture
def asking(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Asking:
    """The front desk's programs."""
    return Asking(clinic, Api(clinic.desk, capsys))


def first_of(clinic: Clinic, **fields: Any) -> TreatmentSession:
    plan = clinic.plan(**fields)
    return TreatmentSession.objects.select_related("plan__location", "plan__patient").get(plan=plan, number=1)


def test_who_or_what_is_taken_and_until_when(clinic: Clinic, asking: Asking) -> None:
    session, other = first_of(clinic), first_of(clinic)
    asking.book(other, FIRST)
    assert asking.reasons(session, FIRST) == {
        "taken": ("Dr. Weiss is taken until Mon 30 Mar 09:20.", "2026-03-30T07:35:00+00:00")
    }
    taken = asking.reasons(session, FIRST + 95 * HOUR / 60, room=clinic.rooms[0])
    assert taken["taken"] == ("Room 1 is taken until Mon 30 Mar 10:45.", "2026-03-30T08:45:00+00:00")
    assert asking.reasons(other, FIRST + 2 * DAY) == {
        "session_booked": ("This session already has an appointment: move that one instead.", None)
    }
    asking.book(first_of(clinic, patient=session.plan.patient), FIRST + 5 * HOUR, room=1)
    assert asking.reasons(session, FIRST + 5 * HOUR)["patient_busy"] == (
        "The patient has another appointment at this time.",
        "2026-03-30T13:35:00+00:00",
    )
    Resource.objects.filter(pk=clinic.weiss).update(daily_quota=2)
    assert asking.reasons(session, FIRST + 3 * HOUR) == {
        "quota": ("Dr. Weiss has the day's number of appointments already.", "2026-03-30T22:00:00+00:00")
    }


def test_when_nobody_works_and_what_is_closed(clinic: Clinic, asking: Asking) -> None:
    session, facts = first_of(clinic), {"location": clinic.location, **asking.facts}
    assert asking.reasons(session, FIRST - 2 * HOUR) == {
        "outside_opening": ("The location is closed at this time.", "2026-03-30T06:00:00+00:00"),
        "outside_hours": ("Pen A does not work at this time.", "2026-03-30T05:05:00+00:00"),
    }
    assert asking.reasons(session, FIRST + 17 * HOUR / 2)["outside_hours"] == (
        "Dr. Weiss does not work at this time.",
        "2026-03-31T07:00:00+00:00",
    )
    weiss = Resource.objects.get(pk=clinic.weiss)
    close(resource=weiss, starts_at=FIRST + DAY, ends_at=FIRST + 3 * DAY, kind="leave", **facts)
    assert asking.reasons(session, FIRST + DAY) == {
        "closed": (
            "Dr. Weiss is not available (leave) until Thu 2 Apr 09:00.",
            "2026-04-02T07:00:00+00:00",
        )
    }
    close(starts_at=FIRST + 4 * DAY, ends_at=FIRST + 5 * DAY, kind="holiday", **facts)
    closed = asking.reasons(session, FIRST + 4 * DAY)
    assert {"closed", "outside_opening"} <= set(closed)
    assert closed["outside_opening"][1] == "2026-04-04T07:00:00+00:00"


def test_too_soon_too_late_and_past(clinic: Clinic, asking: Asking) -> None:
    ClinicSettings.objects.update(notice_minutes=180)
    session = first_of(clinic)
    assert asking.reasons(session, clinic.now + HOUR) == {
        "before_notice": (
            "Appointments are made at least 180 minutes ahead.",
            (clinic.now + 3 * HOUR).isoformat(),
        )
    }
    assert asking.reasons(session, clinic.now - 2 * HOUR)["past"][0] == "This time has passed."
    assert asking.reasons(session, clinic.now + 700 * DAY)["past_horizon"] == (
        "Appointments are made at most 365 days ahead.",
        None,
    )
    stranger = asking.reasons(session, FIRST, room=clinic.pens[0])
    assert stranger["not_here"][0] == "This room is not used at this location."


def test_reasons_of_care_name_the_day_on_which_they_end(clinic: Clinic, asking: Asking) -> None:
    session, today = first_of(clinic), clinic.now.date()
    found = asking.whole(session, FIRST)
    assert (found["is_possible"], {one["code"] for one in found["problems"]}) == (True, UNREADY)
    note_earlier_treatment(
        session.plan, code="BTX", performed_on=today - DAY, zones=["F_NASOLABIAL"], **asking.facts
    )
    screen(session.plan, now=clinic.now, CHEMO_RT=AnswerInput(answer="yes", since_on=today - 30 * DAY))
    care = asking.reasons(session, clinic.now + HOUR)
    assert {code: until for code, (_sentence, until) in care.items()} == {
        "washout:BTX": "2026-03-15T23:00:00+00:00",
        "screening:CHEMO_RT": "2026-07-30T22:00:00+00:00",
    }
    asking.book(first := first_of(clinic), FIRST)
    second = first.plan.sessions.get(number=2)
    assert asking.reasons(second, FIRST + 20 * DAY) == {
        "too_soon": (
            "Only 20 days after the session of Mon 30 Mar 2026; the protocol asks for 28 days.",
            "2026-04-26T22:00:00+00:00",
        )
    }
