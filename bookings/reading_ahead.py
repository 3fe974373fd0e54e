"""What taking a time will ask the database about a visit, in one round trip instead of four."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.care import booked_days_question, facts_key
from bookings.claim_writing import number_question
from bookings.house import chosen_key, chosen_question
from bookings.units import is_remembered
from bookings.visits import Visit
from clinic.messaging.consent import reach_question
from clinic.questions import Facts, Question, ask_together
from treatments.models import TreatmentPlan
from treatments.queries.plan_facts import facts_question


def read_ahead(visit: Visit, resources: Iterable[int], *, now: datetime, is_booked: bool) -> None:
    """For the rules that judge a visit with these resources, and, when it `is_booked`, for its number and messages.

    Only what will surely be asked next: an answer that nobody takes could be an old one to who asks later.
    """
    ids = list(resources)
    asked = list(_about_plan(visit.session.plan, now)) if visit.session else []
    if not is_remembered(chosen_key(visit.location, ids)):
        asked.append(chosen_question(visit.location, ids))
    if is_booked:
        asked += [reach_question(visit.patient.pk), number_question()]
    ask_together(*asked)


def _about_plan(plan: TreatmentPlan, now: datetime) -> Iterable[tuple[Question, Facts]]:
    if not is_remembered(facts_key(plan)):
        yield facts_question(plan)
    yield booked_days_question(plan, now=now)
