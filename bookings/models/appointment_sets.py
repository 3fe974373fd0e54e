"""Which appointments: the questions that pages, actions and jobs ask about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Window
from django.db.models.functions import TruncDate

from bookings.words import (
    CANCELLABLE,
    LIVE,
    OCCUPYING,
    AppointmentStatus,
    CancelReason,
)
from clinic.models import Patient
from clinic.models.visibility import seen_by
from clinic.roles import Permission
from clinic.words import ResourceKind

if TYPE_CHECKING:
    from bookings.models.appointments import Appointment

#: Nobody is treated for longer than this.
LONGEST = timedelta(days=1)
#: How far apart two appointments may be that are offered for an exchange.
EXCHANGED_WITHIN = timedelta(days=14)
#: The patient was there.
CAME = (AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED)
#: What a list may be narrowed by.
_FILTERS = {
    "location": "location",
    "patient": "patient",
    "plan": "treatment_session__plan",
    "resource": "claims__resource",
    "status": "status",
    "starts_from": "starts_at__gte",
    "starts_before": "starts_at__lt",
}


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Which appointments."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_BOARD) -> AppointmentQuerySet:
        """Appointments at a location where the user works in a role with the permission."""
        return seen_by(user, self, permission)

    def occupying(self) -> AppointmentQuerySet:
        """Appointments that take a time."""
        return self.filter(status__in=OCCUPYING)

    def made_since(self, moment: datetime, patient: Patient, by: Any) -> AppointmentQuerySet:
        """What somebody booked for a patient since a moment; choices that are only held do not count."""
        made = self.occupying().filter(patient=patient, created_by=by, agreed_at__gte=moment)
        return made.exclude(status=AppointmentStatus.HELD)

    def live(self) -> AppointmentQuerySet:
        """Held, booked or arrived."""
        return self.filter(status__in=LIVE)

    def touching(self, start: datetime, end: datetime) -> AppointmentQuerySet:
        """Appointments that overlap a half-open period.

        No appointment lasts longer than a day: so the index by time finds them, whatever lies further back.
        """
        return self.filter(starts_at__gt=start - LONGEST, starts_at__lt=end, ends_at__gt=start)

    def upcoming(self, now: datetime) -> AppointmentQuerySet:
        """Booked and still to begin, soonest first."""
        return self.filter(status=AppointmentStatus.BOOKED, starts_at__gte=now).order_by("starts_at")

    def lapsed(self, now: datetime) -> AppointmentQuerySet:
        """Holds whose time is over."""
        return self.filter(status=AppointmentStatus.HELD, held_until__lte=now)

    def choices_of(self, desk: str) -> AppointmentQuerySet:
        """What a desk keeps as choices for somebody on the phone, lapsed or not."""
        return self.filter(status=AppointmentStatus.HELD, choice_of=desk).exclude(choice_of="")

    def untaken_choices(self, *, before: datetime) -> AppointmentQuerySet:
        """Choices made before an instant that ended without being taken: they lapsed, or another one was."""
        ended = self.filter(
            status=AppointmentStatus.CANCELLED, cancel_reason=CancelReason.LAPSED, created_at__lt=before
        )
        return ended.exclude(choice_of="").order_by("pk")

    def agreed(self) -> AppointmentQuerySet:
        """What was once agreed or kept on purpose, without the choices that were read out on the phone."""
        return self.filter(choice_of="")

    def at(self, location: Any) -> AppointmentQuerySet:
        """Appointments at a location."""
        return self.filter(location=location)

    def of_patient(self, patient: Patient) -> AppointmentQuerySet:
        """All appointments of a patient, latest first."""
        return self.filter(patient=patient).order_by("-starts_at")

    def of_patients(self, patients: Any) -> AppointmentQuerySet:
        """All appointments of some patients in the order of time."""
        return self.filter(patient__in=list(patients)).order_by("starts_at")

    def on_board(self, now: datetime) -> AppointmentQuerySet:
        """What the board shows: what takes a time, without holds that have lapsed."""
        return self.filter(status__in=OCCUPYING).exclude(status=AppointmentStatus.HELD, held_until__lte=now)

    def cancelled_by_patients(self, since: datetime) -> AppointmentQuerySet:
        """What patients cancelled lately, for times still to come when they did; the newest first."""
        rows = self.filter(
            status=AppointmentStatus.CANCELLED, cancelled_by_patient=True, agreed_at__gte=since
        )
        return rows.order_by("-agreed_at")

    def unconfirmed(self, start: datetime, end: datetime) -> AppointmentQuerySet:
        """Booked in a period, and the patient has not said yes."""
        rows = self.filter(
            status=AppointmentStatus.BOOKED, confirmed_at=None, starts_at__gte=start, starts_at__lt=end
        )
        return rows.order_by("starts_at")

    def late(self, now: datetime) -> AppointmentQuerySet:
        """Should have begun today and nobody has come."""
        rows = self.filter(status=AppointmentStatus.BOOKED, starts_at__lt=now, ends_at__gt=now)
        return rows.order_by("starts_at")

    def in_the_house(self, now: datetime) -> AppointmentQuerySet:
        """Arrived, within the last day."""
        return self.filter(status=AppointmentStatus.ARRIVED, starts_at__gte=now - timedelta(days=1))

    def starting(self, start: datetime, end: datetime) -> Any:
        """The starts within a period, as instants."""
        return self.filter(starts_at__gte=start, starts_at__lt=end).values_list("starts_at", flat=True)

    def booked_days(self, plans: Any) -> Any:
        """(session, plan, start) of the appointments of some plans."""
        return self.filter(treatment_session__plan__in=list(plans)).values_list(
            "treatment_session_id", "treatment_session__plan_id", "starts_at"
        )

    def booked_numbers(self, plans: Any) -> Any:
        """(session, its number, plan, start) of the appointments of some plans."""
        return self.filter(treatment_session__plan__in=list(plans)).values_list(
            "treatment_session_id", "treatment_session__number", "treatment_session__plan_id", "starts_at"
        )

    def sessions(self) -> Any:
        """The treatment sessions that they are based on."""
        return self.filter(treatment_session__isnull=False).values_list("treatment_session_id", flat=True)

    def by_session(self, sessions: Any) -> dict[int, Appointment]:
        """Treatment session → its appointment, for some sessions."""
        rows = self.filter(treatment_session__in=list(sessions)).select_related("location")
        return {row.treatment_session_id: row for row in rows if row.treatment_session_id is not None}

    def with_newcomers(self, day: datetime) -> AppointmentQuerySet:
        """Adds `has_been_here`: whether the patient has come before an instant."""
        before = self.model.objects.filter(patient=OuterRef("patient"), starts_at__lt=day, status__in=CAME)
        return self.annotate(has_been_here=Exists(before.order_by()))

    def with_arrivals(self) -> AppointmentQuerySet:
        """Adds `arrived_at`: when the patient last arrived."""
        changes: Any = self.model.status_changes.rel.related_model
        arrivals = changes.objects.filter(appointment=OuterRef("pk"), to_status=AppointmentStatus.ARRIVED)
        return self.annotate(arrived_at=Subquery(arrivals.order_by("-id").values("changed_at")[:1]))

    def asking_for_a_look(self, now: datetime, until: datetime) -> AppointmentQuerySet:
        """In the house since yesterday, or booked and late or still to come until an instant: the waiting room."""
        rows = self.filter(
            status__in=(AppointmentStatus.ARRIVED, AppointmentStatus.BOOKED),
            starts_at__gte=now - LONGEST,
            starts_at__lt=until,
        )
        return rows.select_related("patient", "treatment_session").with_arrivals().order_by("starts_at")

    def here_or_late(self, now: datetime) -> AppointmentQuerySet:
        """In the house since yesterday, or booked for now and nobody has come: what the desk glances at."""
        late = Q(status=AppointmentStatus.BOOKED, ends_at__gt=now)
        rows = self.filter(
            Q(status=AppointmentStatus.ARRIVED) | late, starts_at__gte=now - LONGEST, starts_at__lt=now
        )
        return rows.select_related("patient", "treatment_session").with_arrivals().order_by("starts_at")

    def counted(self) -> AppointmentQuerySet:
        """Adds `whole`: how many there are, however few are read."""
        return self.annotate(whole=Window(Count("pk")))

    def load(self, start: datetime, end: datetime, zone: Any) -> dict[Any, int]:
        """Local day → appointments that take a time on it."""
        rows = self.occupying().filter(starts_at__gte=start, starts_at__lt=end).order_by()
        days = rows.annotate(day=TruncDate("starts_at", tzinfo=zone)).values("day")
        return dict(days.annotate(count=Count("pk")).values_list("day", "count"))

    def missed(self) -> AppointmentQuerySet:
        """Nobody came."""
        return self.filter(status=AppointmentStatus.NOSHOW)

    def coming(self, now: datetime) -> AppointmentQuerySet:
        """Still to come or going on, soonest first; not the choices that somebody is being read out."""
        return self.agreed().filter(status__in=LIVE, ends_at__gt=now).order_by("starts_at")

    def awaited(self, now: datetime) -> AppointmentQuerySet:
        """Still to begin, and somebody counts on it: booked, or held on purpose."""
        return self.agreed().filter(status__in=CANCELLABLE, starts_at__gt=now)

    def with_resource(self, resource: int) -> AppointmentQuerySet:
        """Those that have claimed a resource."""
        return self.filter(claims__resource=resource).distinct()

    def exchangeable_with(self, row: Appointment, now: datetime) -> AppointmentQuerySet:
        """Booked appointments of the same place and people, of other series, within two weeks of one; soonest first."""
        near = self.upcoming(now).filter(
            location=row.location_id,
            starts_at__gt=row.starts_at - EXCHANGED_WITHIN,
            starts_at__lt=row.starts_at + EXCHANGED_WITHIN,
        )
        people = row.claims.filter(resource__kind=ResourceKind.PRACTITIONER).values("resource")
        same = near.filter(claims__resource__in=people).exclude(pk=row.pk).distinct()
        plan = row.treatment_session.plan_id if row.treatment_session else None
        return same.exclude(treatment_session__plan=plan) if plan else same

    def of_plan(self, plan: Any) -> AppointmentQuerySet:
        """Those that are based on a session of a plan."""
        return self.filter(treatment_session__plan=plan)

    def of_session(self, session: Any) -> AppointmentQuerySet:
        """Those that are based on a session."""
        return self.filter(treatment_session=session)

    def arrived(self) -> AppointmentQuerySet:
        """The patient is in the house."""
        return self.filter(status=AppointmentStatus.ARRIVED)

    def of(self, keys: Any) -> AppointmentQuerySet:
        """Those whose keys are given, as values or as a query."""
        return self.filter(pk__in=keys)

    def matching_facts(self, facts: Mapping[str, Any]) -> AppointmentQuerySet:
        """Those that fit a list's filters: location, patient, plan, resource, status, starts_from, starts_before."""
        found = self
        for name, lookup in _FILTERS.items():
            if (value := facts.get(name)) is not None:
                found = found.filter(**{lookup: value})
        return found.distinct() if "resource" in facts else found

    def for_board(self) -> AppointmentQuerySet:
        """With all that a card on the board shows."""
        return self.select_related(
            "patient", "location", "treatment_session__plan", "treatment_session__protocol_version__protocol"
        ).prefetch_related("claims__resource")

    def for_change(self) -> AppointmentQuerySet:
        """With all that an action reads; the protocol's definition is kept by the process."""
        return self.select_related(
            "patient",
            "location__settings",
            "treatment_session__plan__patient__clinical_profile",
            "treatment_session__plan__location__settings",
            "treatment_session__protocol_version__protocol",
        ).defer("treatment_session__protocol_version__definition")
