"""Requests and answers of the API, as serializers: requests are checked by them, answers described."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from bookings.api.fields import DayField, InstantField, StartField, VisibleField
from bookings.models import Appointment
from bookings.series import PartOfDay
from bookings.words import AppointmentKind, AppointmentStatus, CancelReason, WaitlistStatus
from clinic.models import Location, Patient, Resource, User
from clinic.prepared import Prepared, marks
from clinic.roles import Permission
from clinic.words import ClosureKind
from treatments.models import TreatmentSession

BIG = 2**62


#: Kinds of appointment that no session stands behind.
PLAIN_KINDS = [(kind.value, str(kind.value)) for kind in AppointmentKind if kind != AppointmentKind.TREATMENT]


class Shape(serializers.Serializer[Any]):
    """A serializer that only describes and checks: nothing is saved by it."""


def visible_appointments(user: Any, permission: Permission = Permission.SEE_BOARD) -> Any:
    """Appointments that the user may see, with all that an answer shows."""
    return Appointment.objects.visible_to(user, permission).for_change()


def sessions_of(user: Any) -> Any:
    """Sessions of patients that the user may see, with what a visit is made of."""
    rows = TreatmentSession.objects.visible_to(user)
    return rows.select_related(
        "plan__patient__clinical_profile", "plan__location__settings", "protocol_version__protocol"
    ).defer("protocol_version__definition")


_SESSION = Prepared(
    lambda user, session: sessions_of(User(pk=user, is_active=True)).filter(pk=session), *marks(2)
)


def session_of(user: Any, pk: int) -> TreatmentSession | None:
    """One of `sessions_of`; None when there is none, or not for this user."""
    if user.is_superuser or not user.is_active:
        found: TreatmentSession | None = sessions_of(user).filter(pk=pk).first()
        return found
    return _SESSION.first(user.pk, pk)


# --- Requests ----------------------------------------------------------------------------------------------------
class AssignmentShape(Shape):
    """Who and what is wanted, by resource id; roles left out are filled with the best fit."""

    practitioner = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    room = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    device = serializers.IntegerField(required=False, min_value=1, max_value=BIG)


class WishesShape(Shape):
    """What the patient would like; nothing of it is a must."""

    practitioners = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIG), required=False, max_length=20
    )
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, max_length=7
    )
    parts = serializers.ListField(
        child=serializers.ChoiceField([part.value for part in PartOfDay]), required=False, max_length=3
    )
    same_weekday = serializers.BooleanField(required=False, default=False)


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


class BookShape(VisitShape):
    """A visit at a time."""

    starts_at = StartField()
    assignment = AssignmentShape(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    is_told = serializers.BooleanField(required=False, default=True)


class HoldShape(VisitShape):
    """A visit at a time, kept for a few minutes."""

    starts_at = StartField()
    assignment = AssignmentShape(required=False)


class MoveShape(Shape):
    """Another time, other resources, another length."""

    starts_at = StartField()
    assignment = AssignmentShape(required=False)
    minutes = serializers.IntegerField(required=False, min_value=5, max_value=480)
    is_told = serializers.BooleanField(required=False, default=True)


class ReassignShape(Shape):
    """Other resources at the same time."""

    assignment = AssignmentShape()


class CancelShape(Shape):
    """Why, and who asked for it."""

    reason = serializers.ChoiceField(
        [reason.value for reason in CancelReason if reason != CancelReason.LAPSED]
    )
    by_patient = serializers.BooleanField(required=False, default=False)
    is_told = serializers.BooleanField(required=False, default=True)


class WalkInShape(VisitShape):
    """Somebody stands at the desk: the visit begins at the next five-minute mark."""

    assignment = AssignmentShape(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class SwapShape(Shape):
    """The other appointment, and the version of it that was seen."""

    other = VisibleField(rows=visible_appointments)
    other_version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    is_told = serializers.BooleanField(required=False, default=True)


class ErrorShape(Shape):
    """Why the appointment should never have been there."""

    reason = serializers.CharField(max_length=200)


class NothingShape(Shape):
    """An empty body."""


class ListShape(Shape):
    """Filters of the list of appointments; days are local to each appointment's location."""

    location = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    patient = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    plan = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    resource = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    status = serializers.ChoiceField(AppointmentStatus.choices, required=False)
    starts_from = InstantField(required=False)
    starts_before = InstantField(required=False)


class AskShape(VisitShape):
    """A question about free times."""

    first_day = DayField()
    days = serializers.IntegerField(required=False, default=7, min_value=1, max_value=92)
    practitioner = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    part = serializers.ChoiceField([part.value for part in PartOfDay], required=False)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)


class ExplainShape(VisitShape):
    """A question about one time."""

    starts_at = StartField()
    practitioner = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    room = serializers.IntegerField(required=False, min_value=1, max_value=BIG)
    device = serializers.IntegerField(required=False, min_value=1, max_value=BIG)


class ProposeShape(Shape):
    """Wishes for a whole series, and how many other times each session gets."""

    wishes = WishesShape(required=False)
    alternatives = serializers.IntegerField(required=False, default=3, min_value=0, max_value=10)


class SessionTimeShape(Shape):
    """When one session of a plan shall be."""

    number = serializers.IntegerField(min_value=1, max_value=200)
    starts_at = StartField()
    assignment = AssignmentShape(required=False)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class BookSeriesShape(Shape):
    """The times of a series; all of them are booked, or none."""

    sessions = serializers.ListField(child=SessionTimeShape(), allow_empty=False, max_length=40)

    def validate_sessions(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each session once."""
        if len({one["number"] for one in value}) != len(value):
            raise serializers.ValidationError("Name each session once.")
        return value


class ReflowShape(Shape):
    """What has happened: sessions that must leave their time, sessions that stay where they are."""

    wishes = WishesShape(required=False)
    leaving = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=200), required=False, max_length=40
    )
    kept = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=200), required=False, max_length=40
    )
    places_missing = serializers.BooleanField(required=False, default=False)


class CloseShape(Shape):
    """A closure: one resource, or without one the whole location."""

    location = VisibleField(rows=Location.objects.visible_to)
    resource = VisibleField(rows=Resource.objects.visible_to, required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(ClosureKind.choices)
    label = serializers.CharField(required=False, allow_blank=True, max_length=120)  # type: ignore[assignment]
    starts_at = StartField()
    ends_at = StartField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ends after it begins, lasts at most a year, and the resource is used at the location."""
        if attrs["ends_at"] <= attrs["starts_at"]:
            raise serializers.ValidationError({"ends_at": ["A closure ends after it begins."]})
        if (attrs["ends_at"] - attrs["starts_at"]).days > 366:
            raise serializers.ValidationError({"ends_at": ["A closure lasts at most a year."]})
        resource = attrs.get("resource")
        if resource and not resource.placements.filter(location=attrs["location"]).exists():
            raise serializers.ValidationError({"resource": ["It is not used at this location."]})
        return attrs


class WaitShape(Shape):
    """A wish to come, or to come earlier, between two local days."""

    session = VisibleField(rows=sessions_of)
    from_on = DayField()
    until_on = DayField()
    wishes = WishesShape(required=False)


# --- Answers -----------------------------------------------------------------------------------------------------
class NamedShape(Shape):
    """Something with a name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ResourceShape(NamedShape):
    """A resource in its role, and from when until when it is taken."""

    role = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class SessionShape(Shape):
    """The treatment session that an appointment is based on."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    plan = serializers.IntegerField()
    protocol = serializers.CharField()


class AppointmentShape(Shape):
    """An appointment. `version` is also its ETag."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(AppointmentStatus.choices)
    kind = serializers.ChoiceField(AppointmentKind.choices)
    location = NamedShape()
    patient = NamedShape()
    session = SessionShape(allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    held_until = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    cancelled_by_patient = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    resources = ResourceShape(many=True)


class ProblemValueShape(Shape):
    """One reason against something."""

    kind = serializers.ChoiceField(["Blocker", "NeedsApproval", "Warning"])
    code = serializers.CharField()
    sentence = serializers.CharField()
    possible_from = serializers.DateTimeField(allow_null=True)


class SlotShape(Shape):
    """A start that can be booked, with who and what would serve it."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    assignment = serializers.DictField(child=serializers.IntegerField())


class AvailabilityShape(Shape):
    """Starts that can be booked, in order of time, and the names of the resources they use."""

    slots = SlotShape(many=True)
    resources = NamedShape(many=True)
    is_cut = serializers.BooleanField(help_text="More starts than the limit were found.")


class ExplanationShape(Shape):
    """Why a start can or cannot be booked."""

    is_possible = serializers.BooleanField()
    problems = ProblemValueShape(many=True)


class ProposedSessionShape(Shape):
    """One session of a proposal; `slot` is null for one that stands already."""

    number = serializers.IntegerField()
    session = serializers.IntegerField()
    day = serializers.DateField()
    ideal = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    distance_days = serializers.IntegerField()
    slot = SlotShape(allow_null=True)
    alternatives = SlotShape(many=True)
    problems = ProblemValueShape(many=True)


class ProposalShape(Shape):
    """A series on paper: nothing is held or written."""

    plan = serializers.IntegerField()
    is_bookable = serializers.BooleanField()
    cost = serializers.IntegerField()
    sessions = ProposedSessionShape(many=True)
    problems = ProblemValueShape(many=True)


class ChangeShape(Shape):
    """One line of a difference; `before` is null for a session that is newly placed."""

    number = serializers.IntegerField()
    appointment = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    before = serializers.DateTimeField(allow_null=True)
    slot = SlotShape()
    problems = ProblemValueShape(many=True)


class ReflowProposalShape(Shape):
    """What would change so that a series fits again, with the fewest moves."""

    plan = serializers.IntegerField()
    is_needed = serializers.BooleanField()
    is_acceptable = serializers.BooleanField()
    moves = serializers.IntegerField()
    kept = serializers.ListField(child=serializers.IntegerField())
    changes = ChangeShape(many=True)
    problems = ProblemValueShape(many=True)


class ClosureShape(Shape):
    """A closure, and how many appointments are still inside."""

    id = serializers.IntegerField()
    location = serializers.IntegerField()
    resource = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(ClosureKind.choices)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)


class ClosedShape(ClosureShape):
    """A closure with its worklist."""

    inside = serializers.ListField(child=serializers.IntegerField(), help_text="ids of appointments")


class ImpactShape(Shape):
    """What a closure does to series: proposals that fit together, and single visits to call about."""

    proposals = ReflowProposalShape(many=True)
    single = serializers.ListField(child=serializers.IntegerField(), help_text="ids of appointments")


class OfferShape(Shape):
    """A time held for somebody who waits."""

    id = serializers.IntegerField()
    entry = serializers.IntegerField()
    status = serializers.CharField()
    starts_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class EntryShape(Shape):
    """A wish on the waitlist, with the open offer if there is one."""

    id = serializers.IntegerField()
    patient = NamedShape()
    location = serializers.IntegerField()
    session = serializers.IntegerField()
    from_on = serializers.DateField()
    until_on = serializers.DateField()
    wishes = serializers.DictField()
    status = serializers.ChoiceField(WaitlistStatus.choices)
    offer = OfferShape(allow_null=True)


class PatientShape(Shape):
    """Who a patient is and how to reach them; nothing clinical."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    language = serializers.CharField()


class PlanSessionShape(Shape):
    """A numbered session with its due window and where it stands."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    status = serializers.CharField()
    protocol = serializers.CharField()
    earliest = serializers.DateField(allow_null=True)
    ideal = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    performed_on = serializers.DateField(allow_null=True)
    booked_on = serializers.DateField(allow_null=True)


class PlanShape(Shape):
    """A treatment plan; counts are counted from its sessions."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.CharField()
    patient = NamedShape()
    location = serializers.IntegerField()
    sessions_total = serializers.IntegerField()
    sessions_done = serializers.IntegerField()
    sessions_left = serializers.IntegerField()


class PlanWithSessionsShape(PlanShape):
    """A plan with its series."""

    sessions = PlanSessionShape(many=True)


class RefusalShape(Shape):
    """Problem details (RFC 9457). `code` is stable; `problems`, `next_free`, `fields` come where they say more."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    problems = ProblemValueShape(many=True, required=False)
    next_free = SlotShape(many=True, required=False)
    fields = serializers.DictField(required=False)  # type: ignore[assignment]
