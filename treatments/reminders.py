"""What should be said about sessions, recovery checks and plans, and when. Read from facts, never stored twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Min, QuerySet

from clinic.messaging.actions.outbox import settings_of
from clinic.messaging.jobs import Every, register_job
from clinic.messaging.models import Message
from clinic.messaging.registry import Wanted, register
from clinic.messaging.rules import register_lines, silenced
from clinic.messaging.words import MessageKind, Reason
from clinic.models import ClinicSettings, Location, Patient, Task
from clinic.timekeeping import instant, local_day
from clinic.words import LinkPurpose, Urgency
from treatments.aftercare import Step, step_called, steps
from treatments.booked import booked_days
from treatments.models import RecoveryCheck, TreatmentPlan, TreatmentSession
from treatments.naming import plan_name
from treatments.queries.catalogue import definition_of
from treatments.queries.patient_scores import moments_to_ask
from treatments.queries.plan_sessions import series_facts
from treatments.series import SeriesSession, maintenance_window, series_from
from treatments.spacing import DueWindow
from treatments.spoken import spoken
from treatments.words import CheckStatus, PlanStatus

K = MessageKind
EMERGENCY_LASTS = timedelta(hours=6)
#: Invitations go out in the morning.
INVITED_AT = time(10)
MAINTENANCE_LASTS = timedelta(days=21)
#: How it was is asked a week after the last session, for two weeks.
REVIEWED_AFTER, REVIEW_LASTS = timedelta(days=7), timedelta(days=14)
#: A session without a day is spoken of so long before its window opens, and so long after it closed.
DUE_BEFORE, LATE_LASTS = timedelta(days=7), timedelta(days=14)
LINK_OUTLIVES = timedelta(days=3)
#: As long as the longest aftercare window (RF needling, 672 hours), and some days to look again.
AFTERCARE_LINK_LASTS = timedelta(days=60)


def quiet_hours(location: Location) -> tuple[time, time]:
    """From when until when the location keeps quiet."""
    settings = ClinicSettings.objects.filter(location=location).first()
    return (settings.quiet_from, settings.quiet_until) if settings else (time(21), time(8))


class SessionSubject:
    """A performed session: its aftercare timeline (catalogue 5.2)."""

    name = "session"

    def load(self, pk: int, *, lock: bool = False) -> TreatmentSession | None:
        """The session with its plan."""
        rows = self._rows()
        return (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()

    def load_many(self, pks: Iterable[int]) -> dict[int, TreatmentSession]:
        """Those of a batch of messages, in one query."""
        return self._rows().in_bulk(list(pks))

    def _rows(self) -> QuerySet[TreatmentSession]:
        return TreatmentSession.objects.select_related("plan__patient", "plan__location", "protocol_version")

    def patient(self, obj: TreatmentSession) -> Patient:
        """Who was treated."""
        return obj.plan.patient

    def location(self, obj: TreatmentSession) -> Location:
        """Where."""
        return obj.plan.location

    def version(self, obj: TreatmentSession) -> int:
        """A performed session does not change."""
        return 1

    def timeline(self, obj: TreatmentSession) -> list[Step]:
        """The steps of its aftercare; none before it was performed."""
        if obj.performed_at is None or not obj.is_performed:
            return []
        settings = settings_of(obj.plan.location)
        return steps(
            definition_of(obj),
            ended_at=obj.performed_at,
            quiet=(settings.quiet_from, settings.quiet_until),
            zone=obj.plan.location.tz,
            left_out=silenced(settings),
        )

    def wanted(self, obj: TreatmentSession, now: datetime) -> list[Wanted]:
        """One message for each step; what must be left never comes earlier than intended."""
        return [
            Wanted(
                rule=step.code,
                kind=K.AFTERCARE_STEP,
                scheduled_for=step.at,
                expires_at=step.expires_at,
                never_earlier=step.is_dont,
                once=True,
                link=LinkPurpose.AFTERCARE,
                extra={"step": step.code},
            )
            for step in self.timeline(obj)
        ]

    def gate(self, obj: TreatmentSession, message: Message, now: datetime) -> str | None:
        """Only about sessions that took place."""
        return None if obj.is_performed else Reason.NOT_PERFORMED

    def context(self, obj: TreatmentSession, message: Message, now: datetime) -> dict[str, Any]:
        """The step's text; its link opens the whole aftercare page."""
        step = step_called(self.timeline(obj), str(message.extra.get("step", "")))
        return {"text": spoken(step.text) if step else "", "link_until": now + AFTERCARE_LINK_LASTS}

    def upcoming(self, now: datetime, until: datetime) -> Iterable[TreatmentSession]:
        """Sessions performed so lately that their timeline still runs (two weeks)."""
        return TreatmentSession.objects.performed_since(now - timedelta(days=21))


class RecoveryCheckSubject:
    """A recovery check: the question, one reminder to the silent, the emergency text (catalogue 7.2, BR-08)."""

    name = "recovery_check"

    def load(self, pk: int, *, lock: bool = False) -> RecoveryCheck | None:
        """The check with its session and plan."""
        rows = self._rows()
        return (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()

    def load_many(self, pks: Iterable[int]) -> dict[int, RecoveryCheck]:
        """Those of a batch of messages, in one query."""
        return self._rows().in_bulk(list(pks))

    def _rows(self) -> QuerySet[RecoveryCheck]:
        return RecoveryCheck.objects.select_related("session__plan__patient", "session__plan__location")

    def patient(self, obj: RecoveryCheck) -> Patient:
        """Who is asked."""
        return obj.session.plan.patient

    def location(self, obj: RecoveryCheck) -> Location:
        """Who asks."""
        return obj.session.plan.location

    def version(self, obj: RecoveryCheck) -> int:
        """A check is asked once."""
        return 1

    def wanted(self, obj: RecoveryCheck, now: datetime) -> list[Wanted]:
        """Ask and remind while it is open; after an emergency answer, sent or not, the emergency text at any hour."""
        if obj.urgency == Urgency.EMERGENCY and (alarmed_at := _alarmed_at(obj)):
            return [_emergency(obj, alarmed_at)]
        is_open = obj.status in (CheckStatus.PLANNED, CheckStatus.ASKED)
        return [] if not is_open or obj.code.startswith("R") else [_ask(obj), _remind(obj)]

    def gate(self, obj: RecoveryCheck, message: Message, now: datetime) -> str | None:
        """An answered or withdrawn check is not asked again."""
        if message.kind == K.RECOVERY_EMERGENCY:
            return None
        return None if obj.status in (CheckStatus.PLANNED, CheckStatus.ASKED) else Reason.ANSWERED

    def why_not(self, obj: RecoveryCheck) -> Reason:
        """Answered checks are not asked for again."""
        return Reason.ANSWERED if obj.status == CheckStatus.ANSWERED else Reason.NOT_WANTED

    def context(self, obj: RecoveryCheck, message: Message, now: datetime) -> dict[str, Any]:
        """Until when it can be answered, and the number for emergencies; the link opens a little longer."""
        found: dict[str, Any] = {
            "emergency_number": obj.session.plan.location.emergency_number,
            "link_until": obj.answer_until + LINK_OUTLIVES,
        }
        if message.kind == K.RECOVERY_EMERGENCY:
            return {**found, "text": spoken(_emergency_text(obj))}
        return {**found, "until_at": obj.answer_until}

    def upcoming(self, now: datetime, until: datetime) -> Iterable[RecoveryCheck]:
        """Checks that are or will be asked in that time."""
        return RecoveryCheck.objects.open_until(until)


def _ask(obj: RecoveryCheck) -> Wanted:
    return Wanted(
        rule="ASK",
        kind=K.RECOVERY_CHECK,
        scheduled_for=obj.due_at,
        expires_at=obj.answer_until,
        once=True,
        link=LinkPurpose.RECOVERY_CHECK,
    )


def _remind(obj: RecoveryCheck) -> Wanted:
    """Once, after the rule's answer hours: half of the time until silence counts."""
    return Wanted(
        rule="REMIND",
        kind=K.RECOVERY_CHECK_REMINDER,
        scheduled_for=obj.due_at + (obj.answer_until - obj.due_at) / 2,
        expires_at=obj.answer_until,
        never_earlier=True,
        once=True,
        link=LinkPurpose.RECOVERY_CHECK,
    )


def _alarmed_at(obj: RecoveryCheck) -> datetime | None:
    """When the first emergency answer was given: with the answer, or with the whole check."""
    alarms = Task.objects.about("recovery_check", obj.pk).filter(urgency=Urgency.EMERGENCY)
    return alarms.aggregate(first=Min("created_at"))["first"] or obj.answered_at


def _emergency(obj: RecoveryCheck, answered_at: datetime) -> Wanted:
    return Wanted(
        rule="EMERGENCY",
        kind=K.RECOVERY_EMERGENCY,
        scheduled_for=answered_at,
        expires_at=answered_at + EMERGENCY_LASTS,
        channel="sms",
        ignores_quiet_hours=True,
        once=True,
        link=LinkPurpose.RECOVERY_CHECK,
    )


def _emergency_text(obj: RecoveryCheck) -> str:
    texts = [str(one.get("patient_text") or "") for one in obj.findings if one.get("urgency") == "EMERGENCY"]
    return texts[0] if texts else ""


class PlanSubject:
    """A plan: the next session that nobody booked, and maintenance after a complete series (BR-04, BR-05)."""

    name = "plan"

    def load(self, pk: int, *, lock: bool = False) -> TreatmentPlan | None:
        """The plan with its patient and location."""
        rows = self._rows()
        return (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()

    def load_many(self, pks: Iterable[int]) -> dict[int, TreatmentPlan]:
        """Those of a batch of messages, in one query."""
        return self._rows().in_bulk(list(pks))

    def _rows(self) -> QuerySet[TreatmentPlan]:
        return TreatmentPlan.objects.select_related("patient", "location")

    def patient(self, obj: TreatmentPlan) -> Patient:
        """Whose plan."""
        return obj.patient

    def location(self, obj: TreatmentPlan) -> Location:
        """Where."""
        return obj.location

    def version(self, obj: TreatmentPlan) -> int:
        """A plan says one thing at a time."""
        return 1

    def wanted(self, obj: TreatmentPlan, now: datetime) -> list[Wanted]:
        """While it runs: the next session without a day, a week before its window and after it. Then maintenance."""
        if obj.status == PlanStatus.COMPLETED:
            return [*_maintenance(obj), *_review(obj), *_scores(obj)]
        return _next_due(obj, now) if obj.status == PlanStatus.ACTIVE else []

    def gate(self, obj: TreatmentPlan, message: Message, now: datetime) -> str | None:
        """Not once the plan is held or goes on, or the session was booked meanwhile."""
        rules = {wanted.rule for wanted in self.wanted(obj, now)}
        return None if message.rule in rules else Reason.BOOKED_OR_CHANGED

    def context(self, obj: TreatmentPlan, message: Message, now: datetime) -> dict[str, Any]:
        """What the plan consists of, and the days of the due window."""
        if message.kind == K.OUTCOME_REQUEST:
            return {}
        if message.kind == K.REVIEW_REQUEST:
            return {"link": review_url(obj.location)}
        facts: dict[str, Any] = {"what": plan_name(obj)}
        for name in ("from_on", "until_on"):
            if name in message.extra:
                facts[name] = date.fromisoformat(str(message.extra[name]))
        return facts

    def upcoming(self, now: datetime, until: datetime) -> Iterable[TreatmentPlan]:
        """Plans treated in the last year or so: older ones have nothing left to say."""
        return TreatmentPlan.objects.treated_since(now - timedelta(days=400))


def _maintenance(obj: TreatmentPlan) -> list[Wanted]:
    """The invitation on the ideal day, in the morning."""
    window = maintenance_window(series_facts([obj])[obj.pk])
    if window is None:
        return []
    at = instant(window.ideal, INVITED_AT, obj.location.tz)
    return [
        Wanted(
            rule=f"MAINTENANCE_{window.ideal.isoformat()}",
            kind=K.MAINTENANCE_DUE,
            scheduled_for=at,
            expires_at=at + MAINTENANCE_LASTS,
            once=True,
        )
    ]


def review_url(location: Location) -> str:
    """Where the location collects opinions; empty when it does not."""
    settings = ClinicSettings.objects.filter(location=location).first()
    return settings.review_url if settings else ""


def _review(obj: TreatmentPlan) -> list[Wanted]:
    """How was it? A week after the last session, where the location wants to ask and the patient agreed to be asked.

    Never while a reaction is open: nobody is asked to praise what still hurts.
    """
    last = series_facts([obj])[obj.pk].last_performed
    if last is None or last.day is None or not review_url(obj.location) or obj.reactions.open().exists():
        return []
    at = instant(last.day + REVIEWED_AFTER, INVITED_AT, obj.location.tz)
    return [
        Wanted(
            rule="REVIEW",
            kind=K.REVIEW_REQUEST,
            scheduled_for=at,
            expires_at=at + REVIEW_LASTS,
            once=True,
        )
    ]


def _scores(obj: TreatmentPlan) -> list[Wanted]:
    """How the patient sees the result, at the moments after the series (catalogue 8.2), until it is told."""
    return [
        Wanted(
            rule=f"SCORES_{due.moment}",
            kind=K.OUTCOME_REQUEST,
            scheduled_for=instant(due.from_on, INVITED_AT, obj.location.tz),
            expires_at=instant(due.until_on, INVITED_AT, obj.location.tz),
            once=True,
            link=LinkPurpose.OUTCOMES,
        )
        for due in moments_to_ask(obj)
    ]


def _next_due(obj: TreatmentPlan, now: datetime) -> list[Wanted]:
    """One text a week before the window of a session that has no day, one after its latest day (BR-05)."""
    facts = series_facts([obj])[obj.pk]
    if facts.last_performed is None:
        return []
    booked = booked_days(obj, now=now)
    series = series_from(facts, anchors=booked, today=local_day(now, facts.tz))
    waiting = [one for one in series if one.is_open and one.booked_on is None]
    window = waiting[0].window if waiting else None
    if booked or window is None:
        return []
    opens = instant(window.earliest, INVITED_AT, facts.tz) - DUE_BEFORE
    closes = instant(window.latest, INVITED_AT, facts.tz)
    return [
        _due(waiting[0], window, "DUE", at=opens, until=closes),
        _due(waiting[0], window, "LATE", at=closes + timedelta(days=1), until=closes + LATE_LASTS),
    ]


def _due(one: SeriesSession, window: DueWindow, rule: str, *, at: datetime, until: datetime) -> Wanted:
    days = {"from_on": window.earliest.isoformat(), "until_on": window.latest.isoformat()}
    return Wanted(
        rule=f"{rule}_{one.number}_{window.earliest.isoformat()}",
        kind=K.NEXT_SESSION_DUE,
        scheduled_for=at,
        expires_at=until,
        once=True,
        extra=days if rule == "DUE" else {},
    )


def register_subjects() -> None:
    """Called once when the app is ready."""
    from treatments.rule_lines import rule_lines
    from treatments.tasks import follow_up

    register_lines(rule_lines)

    register(SessionSubject())
    register(RecoveryCheckSubject())
    register(PlanSubject())
    register_job("treatments.follow_up", Every.MINUTE, follow_up, is_atomic=False)
