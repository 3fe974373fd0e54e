"""Plans: read, propose the series, book it whole, re-flow it."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions.reflowing import NewTime, accept_reflow, propose_reflow
from bookings.actions.series import ChosenTime, book_series, propose_series
from bookings.api import answers, documents, shapes
from bookings.api.base import ClinicViewSet
from bookings.courses import course_of
from bookings.series import PartOfDay, Wishes
from clinic.access import log_access
from clinic.errors import Taken
from clinic.roles import Permission
from treatments.models import TreatmentPlan

_BOOKED = answers.answers(
    shapes.AppointmentShape, answers.APPOINTMENT, refusals=answers.CREATING, status=201, many=True
)


@extend_schema_view(
    list=extend_schema(
        tags=["plans"],
        responses=answers.answers(shapes.PlanShape, answers.PLAN, refusals=answers.READING, many=True),
    ),
    retrieve=extend_schema(
        tags=["plans"],
        responses=answers.answers(
            shapes.PlanWithSessionsShape, answers.PLAN_WITH_SESSIONS, refusals=answers.READING
        ),
    ),
)
class PlanViewSet(ClinicViewSet):
    """Plans of the patients that you may see."""

    queryset = TreatmentPlan.objects.none()
    serializer_class = shapes.PlanShape
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> Any:
        """What the user may see."""
        rows = TreatmentPlan.objects.visible_to(self.request.user)
        return rows.select_related("patient", "location__settings").order_by("-pk")

    def list(self, request: Request) -> Response:
        """Plans, latest first, in pages."""
        rows = self.paginate_queryset(self.get_queryset().with_progress()) or []
        return self.get_paginated_response([documents.plan(row) for row in rows])

    def retrieve(self, request: Request, pk: str) -> Response:
        """One plan with its series; the look is logged."""
        row = get_object_or_404(self.get_queryset().with_progress(), pk=int(pk))
        log_access(request._request, row.patient, "plan (API)", now=self.now)  # noqa: SLF001 - Django's own request
        series = course_of(row, now=self.now).series
        sessions = [documents.session(series[number]) for number in sorted(series)]
        return Response({**documents.plan(row), "sessions": sessions})

    @extend_schema(
        tags=["plans"],
        request=shapes.ProposeShape,
        responses=answers.answers(
            shapes.ProposalShape,
            answers.PROPOSAL,
            refusals=answers.READING,
            description="Nothing is written.",
        ),
    )
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """A dry run: the best dates for every session that is still to be booked."""
        plan = self._plan(pk, Permission.SEE_BOARD)
        facts = self.told(shapes.ProposeShape)
        found = propose_series(
            plan, wishes=wishes_of(facts), now=self.now, alternatives=facts["alternatives"]
        )
        return Response(documents.proposal(found))

    @extend_schema(
        tags=["plans"],
        request=shapes.BookSeriesShape,
        responses=_BOOKED,
        parameters=[answers.IDEMPOTENCY_KEY],
        filters=False,
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def book(self, request: Request, pk: str) -> Response:
        """Books the named sessions whole, or nothing."""
        plan = self._plan(pk, Permission.BOOK)
        told = self.told(shapes.BookSeriesShape)["sessions"]
        chosen = {one["number"]: ChosenTime(one["starts_at"], one.get("assignment", {})) for one in told}

        def run() -> tuple[list[int], Any]:
            rows = book_series(plan=plan, chosen=chosen, by=request.user, now=self.now)
            return [row.pk for row in rows], documents.appointments(rows)

        return self._series(run, plan)

    @extend_schema(
        tags=["plans"],
        request=shapes.ReflowShape,
        responses=answers.answers(
            shapes.ReflowProposalShape,
            answers.REFLOW,
            refusals=answers.READING,
            description="Nothing is written.",
        ),
    )
    @action(detail=True, methods=["post"], url_path="propose-reflow")
    def propose_reflow(self, request: Request, pk: str) -> Response:
        """A dry run: what would have to change so that the series fits again."""
        plan = self._plan(pk, Permission.SEE_BOARD)
        facts = self.told(shapes.ReflowShape)
        found = propose_reflow(
            plan,
            now=self.now,
            wishes=wishes_of(facts),
            leaving=facts.get("leaving", ()),
            kept=facts.get("kept", ()),
            places_missing=facts["places_missing"],
        )
        return Response(documents.reflow(found))

    @extend_schema(
        tags=["plans"],
        request=shapes.BookSeriesShape,
        responses=answers.answers(
            shapes.AppointmentShape,
            answers.APPOINTMENT,
            refusals=(*answers.CREATING, 412),
            status=201,
            many=True,
        ),
        parameters=[answers.IDEMPOTENCY_KEY],
        filters=False,
    )
    @action(detail=True, methods=["post"], url_path="accept-reflow", pagination_class=None)
    def accept_reflow(self, request: Request, pk: str) -> Response:
        """Moves the named sessions in one transaction, each of the version that was looked at, or nothing."""
        plan = self._plan(pk, Permission.BOOK)
        told = self.told(shapes.BookSeriesShape)["sessions"]
        times = {
            one["number"]: NewTime(one["starts_at"], one.get("assignment", {}), one.get("version"))
            for one in told
        }

        def run() -> tuple[list[int], Any]:
            rows = accept_reflow(plan=plan, times=times, by=request.user, now=self.now)
            return [row.pk for row in rows], documents.appointments(rows)

        return self._series(run, plan)

    def _series(self, run: Any, plan: TreatmentPlan) -> Response:
        """Several appointments at once; a 409 offers no single times, since a series is proposed anew."""
        try:
            return self.once(run, result_type="appointments", again=self._again)
        except Taken as refused:
            return self.refused(refused, [], plan.location)

    def _again(self, ids: tuple[int, ...]) -> Any:
        rows = shapes.visible_appointments(self.request.user).filter(pk__in=ids).order_by("starts_at")
        return documents.appointments(rows)

    def _plan(self, pk: str, permission: Permission) -> TreatmentPlan:
        plan: TreatmentPlan = get_object_or_404(self.get_queryset(), pk=int(pk))
        self.require(permission, plan.location_id)
        return plan


def wishes_of(facts: dict[str, Any]) -> Wishes:
    """The wishes of a request as the planner reads them."""
    told = facts.get("wishes", {})
    return Wishes(
        practitioners=frozenset(told.get("practitioners", ())),
        weekdays=frozenset(told.get("weekdays", ())),
        parts=frozenset(PartOfDay(part) for part in told.get("parts", ())),
        same_weekday=told.get("same_weekday", False),
    )
