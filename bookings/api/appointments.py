"""Appointments: read, and one verb for each change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import appointments as actions
from bookings.actions.moving import visit_for
from bookings.api import answers, documents, shapes
from bookings.api.base import ClinicViewSet
from bookings.api.looking_ahead import look_ahead
from bookings.api.shapes import visible_appointments
from bookings.models import Appointment
from bookings.visits import Visit
from clinic.api.etags import etag_of, expected_version, is_unchanged
from clinic.errors import Taken
from clinic.prepared import Along
from clinic.roles import Permission

_ONE = answers.answers(shapes.AppointmentShape, answers.APPOINTMENT, refusals=answers.CHANGING)
_MADE = answers.answers(shapes.AppointmentShape, answers.APPOINTMENT, refusals=answers.CREATING, status=201)


Verb = TypeVar("Verb", bound=Callable[..., Response])


def changing(shape: Any) -> Callable[[Verb], Verb]:
    """The schema of a verb that changes one appointment."""
    described: Callable[[Verb], Verb] = extend_schema(
        request=shape, responses=_ONE, parameters=[answers.IF_MATCH], tags=["appointments"]
    )
    return described


@extend_schema_view(
    list=extend_schema(
        tags=["appointments"],
        parameters=[shapes.ListShape],
        responses=answers.answers(
            shapes.AppointmentShape, answers.APPOINTMENT, refusals=answers.READING, many=True
        ),
    ),
    retrieve=extend_schema(
        tags=["appointments"],
        parameters=[answers.IF_NONE_MATCH],
        responses={
            **answers.answers(shapes.AppointmentShape, answers.APPOINTMENT, refusals=answers.READING),
            304: None,
        },
    ),
    create=extend_schema(
        request=shapes.BookShape,
        responses=_MADE,
        parameters=[answers.IDEMPOTENCY_KEY],
        tags=["appointments"],
    ),
)
class AppointmentViewSet(ClinicViewSet):
    """Appointments at the locations where you work."""

    queryset = Appointment.objects.none()
    serializer_class = shapes.AppointmentShape
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> Any:
        """What the user may see."""
        return visible_appointments(self.request.user)

    def look_ahead(self, request: Request) -> None:
        """Booking asks five questions more; nothing else asks as often."""
        if self.action == "create":
            look_ahead(request, now=self.now)

    def list(self, request: Request) -> Response:
        """Appointments in order of time, in pages."""
        facts = self.told(shapes.ListShape, request.query_params.dict())
        rows = self.get_queryset().agreed().matching_facts(facts).order_by("starts_at", "pk")
        return self.get_paginated_response(documents.appointments(self.paginate_queryset(rows) or []))

    def retrieve(self, request: Request, pk: str) -> Response:
        """One appointment with its ETag."""
        row = self._row(pk)
        if is_unchanged(request, row.version):
            return Response(status=304, headers={"ETag": etag_of(row.version)})
        return self._answer(row)

    def create(self, request: Request) -> Response:
        """Books a visit at a time."""
        facts = self.told(shapes.BookShape)
        visit = self._wanted(facts)

        def run(along: Sequence[Along]) -> Any:
            row = actions.book(
                visit=visit,
                starts_at=facts["starts_at"],
                chosen=facts.get("assignment"),
                note=facts.get("note", ""),
                is_told=facts["is_told"],
                past_quota=facts["past_quota"],
                by=request.user,
                now=self.now,
                along=along,
            )
            return documents.appointments([row])[0]

        return self._or_offers(
            visit,
            facts["starts_at"],
            lambda: self.once_along(run, result_type="appointment", again=self._again),
        )

    @extend_schema(
        request=shapes.HoldShape,
        responses=_MADE,
        parameters=[answers.IDEMPOTENCY_KEY],
        tags=["appointments"],
    )
    @action(detail=False, methods=["post"])
    def hold(self, request: Request) -> Response:
        """Keeps a time for some minutes."""
        facts = self.told(shapes.HoldShape)
        return self._take(
            facts,
            lambda visit, chosen: actions.hold(
                visit=visit,
                starts_at=facts["starts_at"],
                chosen=chosen,
                past_quota=facts["past_quota"],
                by=request.user,
                now=self.now,
            ),
        )

    @extend_schema(
        request=shapes.WalkInShape,
        responses=_MADE,
        parameters=[answers.IDEMPOTENCY_KEY],
        tags=["appointments"],
    )
    @action(detail=False, methods=["post"], url_path="walk-in")
    def walk_in(self, request: Request) -> Response:
        """Takes in somebody who is standing at the desk: booked for the next five-minute mark, and arrived."""
        facts = self.told(shapes.WalkInShape)
        note = facts.get("note", "")
        return self._take(
            {**facts, "starts_at": self.now},
            lambda visit, chosen: actions.walk_in(
                visit=visit,
                chosen=chosen,
                note=note,
                past_quota=facts["past_quota"],
                by=request.user,
                now=self.now,
            ),
        )

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"], url_path="confirm-hold")
    def confirm_hold(self, request: Request, pk: str) -> Response:
        """Turns a hold into an appointment."""
        return self._change(pk, actions.confirm_hold)

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Notes that the patient said yes."""
        return self._change(pk, actions.confirm)

    @changing(shapes.MoveShape)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Moves to another time; resources stay unless named."""
        row = self._row(pk)
        self.require(Permission.BOOK, row.location_id)
        version = expected_version(request)
        facts = self.told(shapes.MoveShape)
        try:
            moved = actions.move(
                appointment=row,
                starts_at=facts["starts_at"],
                chosen=facts.get("assignment"),
                minutes=facts.get("minutes"),
                is_told=facts["is_told"],
                past_quota=facts["past_quota"],
                by=request.user,
                now=self.now,
                version=version,
            )
        except Taken as refused:
            return self.taken(refused, visit_for(row), facts["starts_at"], without=(row.pk,))
        return self._answer(moved)

    @extend_schema(
        request=shapes.SwapShape,
        responses=answers.answers(
            shapes.AppointmentShape, answers.APPOINTMENT, refusals=answers.CHANGING, many=True
        ),
        parameters=[answers.IF_MATCH],
        tags=["appointments"],
        filters=False,
    )
    @action(detail=True, methods=["post"], pagination_class=None)
    def swap(self, request: Request, pk: str) -> Response:
        """Exchanges the times of two appointments, each with its own resources; both or neither."""
        row = self._row(pk)
        self.require(Permission.BOOK, row.location_id)
        version, facts = expected_version(request), self.told(shapes.SwapShape)
        self.require(Permission.BOOK, facts["other"].location_id)
        rows = actions.swap(
            first=row,
            second=facts["other"],
            first_version=version,
            second_version=facts.get("other_version"),
            is_told=facts["is_told"],
            by=request.user,
            now=self.now,
        )
        return Response(documents.appointments(rows), headers={"ETag": etag_of(rows[0].version)})

    @changing(shapes.ErrorShape)
    @action(detail=True, methods=["post"], url_path="entered-in-error")
    def entered_in_error(self, request: Request, pk: str) -> Response:
        """It should never have been there; it stays in the history only."""
        return self._change(pk, actions.mark_entered_in_error, **self.told(shapes.ErrorShape))

    @changing(shapes.ReassignShape)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: str) -> Response:
        """Other resources at the same time."""
        facts = self.told(shapes.ReassignShape)
        return self._change(pk, actions.reassign, chosen=facts["assignment"], past_quota=facts["past_quota"])

    @changing(shapes.CancelShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancels, with a reason."""
        return self._change(pk, actions.cancel, **self.told(shapes.CancelShape))

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, pk: str) -> Response:
        """The patient is here."""
        return self._change(pk, actions.arrive)

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """The treatment begins; the gate looks once more."""
        return self._change(pk, actions.start, permission=Permission.TREAT)

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"])
    def fulfil(self, request: Request, pk: str) -> Response:
        """The visit is over."""
        return self._change(pk, actions.fulfil)

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"])
    def noshow(self, request: Request, pk: str) -> Response:
        """Nobody came."""
        return self._change(pk, actions.mark_noshow)

    @changing(shapes.NothingShape)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Takes the last change back."""
        return self._change(pk, actions.undo)

    def _row(self, pk: str) -> Appointment:
        row: Appointment = get_object_or_404(self.get_queryset(), pk=int(pk))
        return row

    def _answer(self, row: Appointment) -> Response:
        """The appointment as it is now, with its ETag."""
        return Response(documents.appointments([row])[0], headers={"ETag": etag_of(row.version)})

    def _wanted(self, facts: dict[str, Any]) -> Visit:
        """The visit that is to be booked, where the user may book."""
        visit = self.visit(facts)
        self.require(Permission.BOOK, visit.location)
        return visit

    def _take(self, facts: dict[str, Any], make: Callable[[Any, Any], Appointment]) -> Response:
        """Holds or takes in once per key."""
        visit = self._wanted(facts)

        def run() -> tuple[list[int], Any]:
            row = make(visit, facts.get("assignment"))
            return [row.pk], documents.appointments([row])[0]

        return self._or_offers(
            visit, facts["starts_at"], lambda: self.once(run, result_type="appointment", again=self._again)
        )

    def _or_offers(self, visit: Visit, start: datetime, make: Callable[[], Response]) -> Response:
        """The answer, or a 409 that offers other times."""
        try:
            return make()
        except Taken as refused:
            return self.taken(refused, visit, start)

    def _again(self, ids: tuple[int, ...]) -> Any:
        rows = list(self.get_queryset().filter(pk__in=ids))
        return documents.appointments(rows)[0] if rows else {}

    def _change(
        self,
        pk: str,
        verb: Callable[..., Appointment],
        *,
        permission: Permission = Permission.BOOK,
        **facts: Any,
    ) -> Response:
        """One verb on one appointment, of the version that the client saw."""
        row = self._row(pk)
        self.require(permission, row.location_id)
        version = expected_version(self.request)
        try:
            changed = verb(appointment=row, by=self.request.user, now=self.now, version=version, **facts)
        except Taken as refused:
            return self.taken(refused, visit_for(row), row.starts_at, without=(row.pk,))
        return self._answer(changed)
