"""What each operation may answer, for the schema: the good answer and every refusal, each with an example."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from bookings.api.shapes import RefusalShape

#: Status → what it means, code and title of the example.
_REFUSALS: dict[int, tuple[str, str, str, dict[str, Any]]] = {
    400: (
        "The request is not of the right shape; `fields` says where.",
        "invalid",
        "Some fields are missing or not as they should be.",
        {"fields": {"starts_at": ["Appointments start on a five-minute mark."]}},
    ),
    401: (
        "No token, or one that is not known.",
        "not_authenticated",
        "Authentication credentials were not provided.",
        {},
    ),
    403: (
        "You may see this, but not do this.",
        "not_yours",
        "Your role at this location does not allow this.",
        {},
    ),
    404: (
        "There is no such thing, or you may not see it.",
        "not_found",
        "There is no such thing here, or you may not see it.",
        {},
    ),
    409: (
        "Somebody was faster; `next_free` offers other times.",
        "taken",
        "Somebody was faster: this time is no longer free.",
        {
            "problems": [],
            "next_free": [
                {
                    "starts_at": "2026-03-30T11:00:00+02:00",
                    "ends_at": "2026-03-30T12:35:00+02:00",
                    "assignment": {"practitioner": 1, "room": 2, "device": 4},
                }
            ],
        },
    ),
    412: (
        "The thing was changed since the version in `If-Match`.",
        "stale_version",
        "Anna Berg changed this 2 minutes ago: moved from Mon 30 Mar 09:00 to Mon 30 Mar 10:30.",
        {"problems": []},
    ),
    422: (
        "The rules say no; `problems` lists every reason.",
        "rules",
        "Only 7 days after the session of Mon 2 Mar 2026; the protocol asks for 28 days.",
        {
            "problems": [
                {
                    "kind": "NeedsApproval",
                    "code": "too_soon",
                    "sentence": "Only 7 days after the session of Mon 2 Mar 2026; the protocol asks for 28 days.",
                    "possible_from": "2026-03-29T22:00:00+00:00",
                }
            ]
        },
    ),
    428: (
        "A change needs `If-Match` with the ETag that you saw.",
        "if_match_missing",
        "Send If-Match with the ETag of the version that you saw.",
        {"problems": []},
    ),
}
_ALWAYS = (400, 401, 403, 404)
READING = _ALWAYS
CREATING = (*_ALWAYS, 409, 422)
CHANGING = (*_ALWAYS, 409, 412, 422, 428)

APPOINTMENT = {
    "id": 17,
    "version": 1,
    "status": "booked",
    "kind": "treatment",
    "location": {"id": 1, "name": "Riverside"},
    "patient": {"id": 5, "name": "Leyla Demir"},
    "session": {"id": 40, "number": 1, "plan": 9, "protocol": "MN_ACNE_SCAR"},
    "starts_at": "2026-03-30T09:00:00+02:00",
    "ends_at": "2026-03-30T10:35:00+02:00",
    "held_until": None,
    "confirmed_at": None,
    "cancel_reason": "",
    "cancelled_by_patient": False,
    "note": "",
    "resources": [
        {
            "role": "practitioner",
            "id": 1,
            "name": "Dr. Weiss",
            "starts_at": "2026-03-30T09:00:00+02:00",
            "ends_at": "2026-03-30T09:20:00+02:00",
        }
    ],
}
_SLOT = {
    "starts_at": "2026-03-30T09:00:00+02:00",
    "ends_at": "2026-03-30T10:35:00+02:00",
    "assignment": {"practitioner": 1, "room": 2, "device": 4},
}
AVAILABILITY = {
    "slots": [_SLOT],
    "resources": [{"id": 1, "name": "Dr. Weiss"}, {"id": 2, "name": "Room 1"}, {"id": 4, "name": "Pen A"}],
    "is_cut": False,
}
EXPLANATION = {
    "is_possible": False,
    "problems": [
        {
            "kind": "Blocker",
            "code": "taken",
            "sentence": "Dr. Weiss is taken until Mon 30 Mar 10:30.",
            "possible_from": "2026-03-30T08:30:00+00:00",
        }
    ],
}
PROPOSAL = {
    "plan": 9,
    "is_bookable": True,
    "cost": 0,
    "sessions": [
        {
            "number": 1,
            "session": 40,
            "day": "2026-03-30",
            "ideal": None,
            "latest": None,
            "distance_days": 0,
            "slot": _SLOT,
            "alternatives": [],
            "problems": [],
        }
    ],
    "problems": [],
}
REFLOW = {
    "plan": 9,
    "is_needed": True,
    "is_acceptable": True,
    "moves": 1,
    "kept": [1, 2],
    "changes": [
        {
            "number": 3,
            "appointment": 19,
            "version": 1,
            "before": "2026-05-25T09:00:00+02:00",
            "slot": {
                **_SLOT,
                "starts_at": "2026-05-28T09:00:00+02:00",
                "ends_at": "2026-05-28T10:20:00+02:00",
            },
            "problems": [],
        }
    ],
    "problems": [],
}
CLOSURE = {
    "id": 3,
    "location": 1,
    "resource": 1,
    "kind": "leave",
    "label": "Easter",
    "starts_at": "2026-04-03T08:00:00+02:00",
    "ends_at": "2026-04-06T20:00:00+02:00",
    "lifted_at": None,
}
CLOSED = {**CLOSURE, "inside": [17]}
IMPACT = {"proposals": [REFLOW], "single": []}
OFFER = {
    "id": 2,
    "entry": 6,
    "status": "open",
    "starts_at": "2026-03-30T09:00:00+02:00",
    "expires_at": "2026-03-28T12:30:00+02:00",
}
ENTRY = {
    "id": 6,
    "patient": {"id": 5, "name": "Leyla Demir"},
    "location": 1,
    "session": 40,
    "from_on": "2026-03-23",
    "until_on": "2026-04-03",
    "wishes": {"practitioners": [1], "weekdays": [], "parts": ["morning"]},
    "status": "offered",
    "offer": OFFER,
}
PATIENT = {
    "id": 5,
    "name": "Leyla Demir",
    "born_on": "1988-03-14",
    "phone": "+491551100001",
    "email": "leyla@patients.example",
    "language": "en",
}
PLAN = {
    "id": 9,
    "title": "Microneedling - atrophic acne scars",
    "status": "active",
    "patient": {"id": 5, "name": "Leyla Demir"},
    "location": 1,
    "sessions_total": 4,
    "sessions_done": 1,
    "sessions_left": 3,
}
PLAN_WITH_SESSIONS = {
    **PLAN,
    "sessions": [
        {
            "id": 40,
            "number": 1,
            "status": "completed",
            "protocol": "MN_ACNE_SCAR",
            "earliest": None,
            "ideal": None,
            "latest": None,
            "performed_on": "2026-03-02",
            "booked_on": None,
        }
    ],
}

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the version that you saw, or `*`.",
    examples=[OpenApiExample("version 1", value='"1"')],
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="An ETag that you have: 304 when nothing changed.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 100 characters of your choice: the same request with the same key is carried out once.",
)


def answers(
    good: Any,
    example: Any,
    *,
    refusals: tuple[int, ...],
    status: int = 200,
    many: bool = False,
    description: str = "",
) -> dict[Any, Any]:
    """The responses of an operation for `extend_schema`."""
    shape = good(many=True) if many else good
    shown = OpenApiResponse(
        shape, description=description or "Done.", examples=[OpenApiExample("answer", value=example)]
    )
    return {status: shown, **{code: _refusal(code) for code in refusals}}


def _refusal(status: int) -> OpenApiResponse:
    description, code, title, more = _REFUSALS[status]
    body = {"type": f"about:blank#{code}", "title": title, "status": status, "code": code, **more}
    return OpenApiResponse(RefusalShape, description=description, examples=[OpenApiExample(code, value=body)])
