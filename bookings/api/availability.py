"""Free times, and why a time is not free. Reading only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api import answers, documents, shapes
from bookings.api.base import ClinicViewSet
from bookings.assignment import Slot
from bookings.models import Appointment
from bookings.phases import PRACTITIONER
from bookings.problems import problems_for
from bookings.series import PartOfDay, Wishes
from bookings.slots import Market, market
from clinic.errors import Warning as Remark
from clinic.roles import Permission

_ROLES = ("practitioner", "room", "device")


class AvailabilityViewSet(ClinicViewSet):
    """Starts that can be booked for a visit, each with who and what would serve it."""

    queryset = Appointment.objects.none()
    serializer_class = shapes.AvailabilityShape
    pagination_class = None

    @extend_schema(
        operation_id="availability",
        tags=["availability"],
        parameters=[shapes.AskShape],
        responses=answers.answers(
            shapes.AvailabilityShape, answers.AVAILABILITY, refusals=(*answers.READING, 422)
        ),
    )
    def list(self, request: Request) -> Response:
        """Free starts over some days, in order of time."""
        facts = self.told(shapes.AskShape, request.query_params.dict())
        visit = self.visit(facts)
        self.require(Permission.SEE_BOARD, visit.location)
        wishes = Wishes(parts=frozenset({PartOfDay(facts["part"])})) if "part" in facts else None
        only = {PRACTITIONER: facts["practitioner"]} if "practitioner" in facts else None
        found = market(
            visit, first_day=facts["first_day"], days=facts["days"], now=self.now, wishes=wishes, only=only
        )
        slots = [*islice(found.offered(wishes), facts["limit"] + 1)]
        return Response(self._document(found, slots[: facts["limit"]], len(slots) > facts["limit"]))

    def _document(self, found: Market, slots: Sequence[Slot], is_cut: bool) -> dict[str, Any]:
        used = {resource for slot in slots for resource in slot.assignment.values()}
        names = [{"id": one.id, "name": one.name} for one in found.placed if one.id in used]
        zone = found.supply.zone
        return {
            "slots": [documents.slot(one, zone) for one in slots],
            "resources": names,
            "is_cut": is_cut,
        }


class ExplanationViewSet(ClinicViewSet):
    """Why a time is not offered: every reason, and from when on it no longer holds."""

    queryset = Appointment.objects.none()
    serializer_class = shapes.ExplanationShape
    pagination_class = None

    @extend_schema(
        operation_id="explain",
        tags=["availability"],
        parameters=[shapes.ExplainShape],
        responses=answers.answers(
            shapes.ExplanationShape, answers.EXPLANATION, refusals=(*answers.READING, 422)
        ),
    )
    def list(self, request: Request) -> Response:
        """Every reason against a visit at a time."""
        facts = self.told(shapes.ExplainShape, request.query_params.dict())
        visit = self.visit(facts)
        self.require(Permission.SEE_BOARD, visit.location)
        chosen = {role: facts[role] for role in _ROLES if role in facts and role in visit.roles}
        found = problems_for(visit, start=facts["starts_at"], now=self.now, chosen=chosen, by=request.user)
        is_possible = all(isinstance(problem, Remark) for problem in found)
        return Response({"is_possible": is_possible, "problems": documents.problems(found)})
