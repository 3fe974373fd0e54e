"""The waitlist: wishes, and offers that are taken or left."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions import waiting
from bookings.api import answers, documents, shapes
from bookings.api.base import ClinicViewSet
from bookings.models import WaitlistEntry, WaitlistOffer
from bookings.words import WaitlistStatus
from clinic.roles import Permission

_ENTRY = answers.answers(shapes.EntryShape, answers.ENTRY, refusals=(*answers.READING, 409, 412, 422))


@extend_schema_view(
    list=extend_schema(
        tags=["waitlist"],
        responses=answers.answers(shapes.EntryShape, answers.ENTRY, refusals=answers.READING, many=True),
    ),
    create=extend_schema(
        tags=["waitlist"],
        request=shapes.WaitShape,
        parameters=[answers.IDEMPOTENCY_KEY],
        responses=answers.answers(shapes.EntryShape, answers.ENTRY, refusals=answers.CREATING, status=201),
    ),
)
class WaitlistViewSet(ClinicViewSet):
    """Wishes for a time, in the order of asking."""

    queryset = WaitlistEntry.objects.none()
    serializer_class = shapes.EntryShape
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> Any:
        """What the user may see."""
        offers = Prefetch("offers", WaitlistOffer.objects.select_related("hold__location"))
        rows = WaitlistEntry.objects.visible_to(self.request.user)
        return rows.select_related("patient").prefetch_related(offers).order_by("created_at", "pk")

    def list(self, request: Request) -> Response:
        """Wishes in pages."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([documents.entry(row) for row in rows])

    def create(self, request: Request) -> Response:
        """Notes a wish; a session waits once."""
        facts = self.told(shapes.WaitShape)
        session, wishes = facts["session"], facts.get("wishes", {})
        self.require(Permission.BOOK, session.plan.location_id)

        def run() -> tuple[list[int], Any]:
            entry = waiting.add(
                session=session,
                from_on=facts["from_on"],
                until_on=facts["until_on"],
                practitioners=frozenset(wishes.get("practitioners", ())),
                weekdays=frozenset(wishes.get("weekdays", ())),
                parts=frozenset(wishes.get("parts", ())),
                by=request.user,
                now=self.now,
            )
            return [entry.pk], self._again((entry.pk,))

        return self.once(run, result_type="waitlist-entry", again=self._again)

    @extend_schema(tags=["waitlist"], request=shapes.NothingShape, responses=_ENTRY)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Takes a wish off the list; doing it again changes nothing."""
        row = get_object_or_404(self.get_queryset(), pk=int(pk))
        self.require(Permission.BOOK, row.location_id)
        if row.status in (WaitlistStatus.WAITING, WaitlistStatus.OFFERED):
            waiting.withdraw(entry=row, by=request.user, now=self.now)
        return Response(self._again((row.pk,)))

    def _again(self, ids: tuple[int, ...]) -> Any:
        return documents.entry(self.get_queryset().get(pk=ids[0]))


class OfferViewSet(ClinicViewSet):
    """Times held for those who wait."""

    queryset = WaitlistOffer.objects.none()
    serializer_class = shapes.OfferShape
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> Any:
        """Offers to entries that the user may see."""
        entries = WaitlistEntry.objects.visible_to(self.request.user)
        return WaitlistOffer.objects.filter(entry__in=entries).select_related("hold__location", "entry")

    @extend_schema(
        tags=["waitlist"],
        request=shapes.NothingShape,
        responses=answers.answers(
            shapes.AppointmentShape, answers.APPOINTMENT, refusals=(*answers.READING, 409, 412, 422)
        ),
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """The patient takes the time."""
        row = waiting.accept(offer=self._row(pk), by=request.user, now=self.now)
        found = shapes.visible_appointments(request.user).get(pk=row.pk)
        return Response(documents.appointments([found])[0])

    @extend_schema(
        tags=["waitlist"],
        request=shapes.NothingShape,
        responses=answers.answers(
            shapes.OfferShape, answers.OFFER, refusals=(*answers.READING, 409, 412, 422)
        ),
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """The patient leaves the time; it goes to the next."""
        row = self._row(pk)
        waiting.decline(offer=row, by=request.user, now=self.now)
        row.refresh_from_db()
        return Response(documents.offer(row))

    def _row(self, pk: str) -> WaitlistOffer:
        row: WaitlistOffer = get_object_or_404(self.get_queryset(), pk=int(pk))
        self.require(Permission.BOOK, row.hold.location_id)
        return row
