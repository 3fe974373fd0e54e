"""What an appointment is for: asked about, explained, held, booked."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.fields import DayField, IdField, StartField, VisibleField
from bookings.api.shapes.common import NamedShape, ProblemValueShape, Shape, SlotShape
from bookings.api.shapes.rows import session_of, sessions_of
from bookings.series import PartOfDay
from bookings.words import AppointmentKind
from clinic.models import Location, Patient

#: Kinds of appointment that no session stands behind.
PLAIN_KINDS = [(kind.value, str(kind.value)) for kind in AppointmentKind if kind != AppointmentKind.TREATMENT]


class VisitShape(Shape):
    """What the appointment is for: a treatment session, or a patient with a kind and minutes."""

    session = VisibleField(rows=sessions_of, find=session_of, required=False)
    patient = VisibleField(rows=Patient.objects.visible_to, required=False)
    location = VisibleField(
        rows=lambda user: Location.objects.visible_to(user).select_related("settings"), required=False
    )
    kind = serializers.ChoiceField(PLAIN_KINDS, required=False)
    minutes = serializers.IntegerField(required=False, min_value=5, max_value=480)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either a session, or patient and location."""
        if "session" not in attrs and not {"patient", "location"} <= set(attrs):
            raise serializers.ValidationError(
                {"session": ["Give a session, or a patient and a location for a visit without one."]}
            )
        return attrs


class AskShape(VisitShape):
    """A question about free times."""

    first_day = DayField()
    days = serializers.IntegerField(required=False, default=7, min_value=1, max_value=92)
    practitioner = IdField(required=False)
    part = serializers.ChoiceField([part.value for part in PartOfDay], required=False)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)


class ExplainShape(VisitShape):
    """A question about one time."""

    starts_at = StartField()
    practitioner = IdField(required=False)
    room = IdField(required=False)
    device = IdField(required=False)


class AvailabilityShape(Shape):
    """Starts that can be booked, in order of time, and the names of the resources they use."""

    slots = SlotShape(many=True)
    resources = NamedShape(many=True)
    is_cut = serializers.BooleanField(help_text="More starts than the limit were found.")


class ExplanationShape(Shape):
    """Why a start can or cannot be booked."""

    is_possible = serializers.BooleanField()
    problems = ProblemValueShape(many=True)
