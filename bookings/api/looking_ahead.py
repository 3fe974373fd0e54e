"""What booking a session will ask, read together with the token that the request came with."""

from __future__ import annotations

from datetime import datetime

from rest_framework.request import Request

from bookings.api.fields import is_id
from bookings.api.shapes.rows import SESSION_BY_ID
from bookings.house import chosen_question
from bookings.reading_ahead import about_plan, for_booking
from clinic.api.authentication import TOKEN_BY_HASH, bearer_of, token_hash
from clinic.chained import Chain, Found, Step
from clinic.models import ApiToken
from treatments.models import TreatmentPlan, TreatmentSession

_CHAIN = Chain(
    Step(TOKEN_BY_HASH, ("token",)), Step(SESSION_BY_ID, (Found(0, ApiToken, "user_id"), "named_session"))
)
_PLAN = Found(1, TreatmentSession, "plan_id")
_PATIENT = Found(1, TreatmentPlan, "patient_id")
_LOCATION = Found(1, TreatmentPlan, "location_id")


def look_ahead(request: Request, *, now: datetime) -> None:
    """Reads it in one statement, when the body names a session and resources; else nothing, and each is asked in turn.

    Nothing is found out for who has no token or does not see the session: both are looked for in the same statement.
    """
    token = bearer_of(request)
    told = request.data if token else None
    if not token or not isinstance(told, dict):
        return
    session, chosen = told.get("session"), told.get("assignment")
    ids = list(chosen.values()) if isinstance(chosen, dict) else []
    if ids and all(map(is_id, [session, *ids])):
        asked = [
            *about_plan(_PLAN, _PATIENT, now=now),
            chosen_question(_LOCATION, ids),
            *for_booking(_PATIENT),
        ]
        _CHAIN.read({"token": token_hash(token), "named_session": session}, asked)
