"""Closures: read, close, lift, and what a closure does to series."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.actions.closures import close, lift
from bookings.actions.impact import impact
from bookings.api import answers, documents, shapes
from bookings.api.base import ClinicViewSet
from clinic.models import Closure
from clinic.roles import Permission


@extend_schema_view(
    list=extend_schema(
        tags=["closures"],
        responses=answers.answers(shapes.ClosureShape, answers.CLOSURE, refusals=answers.READING, many=True),
    ),
    create=extend_schema(
        tags=["closures"],
        request=shapes.CloseShape,
        parameters=[answers.IDEMPOTENCY_KEY],
        responses=answers.answers(shapes.ClosedShape, answers.CLOSED, refusals=answers.CREATING, status=201),
    ),
)
class ClosureViewSet(ClinicViewSet):
    """Leave, repair, closed days at the locations where you work."""

    queryset = Closure.objects.none()
    serializer_class = shapes.ClosureShape
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> Any:
        """Standing closures that the user may see."""
        return Closure.objects.visible_to(self.request.user).select_related("location").order_by("-pk")

    def list(self, request: Request) -> Response:
        """Closures, latest first, in pages."""
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([documents.closure(row) for row in rows])

    def create(self, request: Request) -> Response:
        """Closes: takes what is free at once and lists who is inside."""
        facts = self.told(shapes.CloseShape)
        self.require(Permission.BOOK, facts["location"])

        def run() -> tuple[list[int], Any]:
            closed = close(by=request.user, now=self.now, **facts)
            inside = [row.pk for row in closed.inside]
            return [closed.closure.pk], {**documents.closure(closed.closure), "inside": inside}

        return self.once(run, result_type="closure", again=self._again)

    @extend_schema(
        tags=["closures"],
        request=shapes.NothingShape,
        responses=answers.answers(shapes.ClosureShape, answers.CLOSURE, refusals=(*answers.READING, 409)),
    )
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """Ends a closure; doing it again changes nothing."""
        row = self._row(pk)
        self.require(Permission.BOOK, row.location_id)
        return Response(documents.closure(lift(closure=row, by=request.user, now=self.now)))

    @extend_schema(
        tags=["closures"],
        responses=answers.answers(shapes.ImpactShape, answers.IMPACT, refusals=answers.READING),
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def impact(self, request: Request, pk: str) -> Response:
        """New times for every series inside, none in another's way; nothing is written."""
        return Response(documents.impact(impact(self._row(pk), now=self.now)))

    def _row(self, pk: str) -> Closure:
        row: Closure = get_object_or_404(self.get_queryset(), pk=int(pk))
        return row

    def _again(self, ids: tuple[int, ...]) -> Any:
        return {**documents.closure(self._row(str(ids[0]))), "inside": []}
