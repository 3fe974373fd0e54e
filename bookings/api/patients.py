"""Patients: who they are and how to reach them. Nothing clinical, and every single look is logged."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api import answers, documents, shapes
from bookings.api.base import ClinicViewSet
from clinic.access import log_access
from clinic.models import Patient


class SearchShape(shapes.Shape):
    """Words of a name, digits of a phone, a birth date; every word must fit."""

    search = serializers.CharField(required=False, allow_blank=True, max_length=100)


@extend_schema_view(
    list=extend_schema(
        tags=["patients"],
        parameters=[SearchShape],
        responses=answers.answers(shapes.PatientShape, answers.PATIENT, refusals=answers.READING, many=True),
    ),
    retrieve=extend_schema(
        tags=["patients"],
        responses=answers.answers(shapes.PatientShape, answers.PATIENT, refusals=answers.READING),
    ),
)
class PatientViewSet(ClinicViewSet):
    """Patients of the locations where you work."""

    queryset = Patient.objects.none()
    serializer_class = shapes.PatientShape
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> Any:
        """What the user may see."""
        return Patient.objects.visible_to(self.request.user)

    def list(self, request: Request) -> Response:
        """Patients by family name, in pages."""
        words = self.told(SearchShape, request.query_params.dict()).get("search", "")
        rows = self.get_queryset().matching(words).order_by("family_name", "given_name", "pk")
        return self.get_paginated_response(
            [documents.patient(row) for row in self.paginate_queryset(rows) or []]
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        """One patient; the look is logged (P9)."""
        row: Patient = get_object_or_404(self.get_queryset(), pk=int(pk))
        log_access(request._request, row, "record (API)", now=self.now)  # noqa: SLF001 - Django's own request
        return Response(documents.patient(row))
