"""What taking a time will ask the database about a visit, in one round trip instead of four."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bookings.care import booked_days_question, facts_key
from bookings.claim_writing import number_question
from bookings.house import chosen_key, chosen_question
from bookings.units import is_remembered
from bookings.visits import Visit
from clinic.messaging.consent import reach_question
from clinic.questions import Asked, ask_together
from treatments.queries.plan_facts import facts_question


def read_ahead(visit: Visit, resources: Iterable[int], *, now: datetime, is_booked: bool) -> None:
    """For the rules that judge a visit with these resources, and, when it `is_booked`, for its number and messages.

    Only what will surely be asked next: an answer that nobody takes could be an old one to who asks later.
    """
    ids, asked = list(resources), list[Asked]()
    if visit.session:
        plan = visit.session.plan
        asked += about_plan(plan.pk, plan.patient_id, now=now, is_known=is_remembered(facts_key(plan)))
    if not is_remembered(chosen_key(visit.location, ids)):
        asked.append(chosen_question(visit.location.pk, ids))
    if is_booked:
        asked += for_booking(visit.patient.pk)
    ask_together(*asked)


def about_plan(plan_id: Any, patient_id: Any, *, now: datetime, is_known: bool = False) -> list[Asked]:
    """What the clinical rules ask, without the plan's facts when they are known."""
    booked = booked_days_question(plan_id, now=now)
    return [booked] if is_known else [facts_question(plan_id, patient_id), booked]


def for_booking(patient_id: Any) -> list[Asked]:
    """How the patient is told, and the number of the appointment to come."""
    return [reach_question(patient_id), number_question()]
