"""How many round trips a change costs. The numbers are literal: a new one is a decision."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.actions import appointments
from bookings.visits import visit_of
from clinic.messaging.models import Message
from tests.bookings.conftest import FIRST, Clinic
from treatments.models import TreatmentSession

DAY = timedelta(days=1)


def real_queries(captured: CaptureQueriesContext) -> list[str]:
    """Without the savepoints that only the test's own transaction makes necessary."""
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def test_booking_with_three_resources_and_its_messages_takes_at_most_14_queries(clinic: Clinic) -> None:
    session = TreatmentSession.objects.select_related(
        "plan__patient__clinical_profile", "plan__location__settings", "protocol_version__protocol"
    ).get(pk=clinic.plan().sessions.get(number=1).pk)
    visit_of(session)
    appointments.book(visit=clinic.visit(), starts_at=FIRST + DAY, by=clinic.desk, now=clinic.now)
    with CaptureQueriesContext(connection) as captured:
        row = appointments.book(
            visit=visit_of(session), starts_at=FIRST, chosen=clinic.chosen(), by=clinic.desk, now=clinic.now
        )
    queries = real_queries(captured)
    assert Message.objects.about("appointment", row.pk).count() > 8
    assert len(queries) <= 14, "\n".join(queries)
