"""What is said about an appointment and when, and with which words: computed from the facts, never stored.

`reconcile` makes the outbox match this in the transaction of each change; the gate looks again before each message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bookings.cadence import before_start, reminders
from bookings.care import texts_for
from bookings.ics import MIME_TYPE, calendar_file
from bookings.models import Appointment
from bookings.slots import settings_of
from bookings.words import Agreement, AppointmentStatus, CancelReason
from clinic.derived import worked_out_once
from clinic.messaging.models import Message
from clinic.messaging.registry import Attachment, Wanted, register
from clinic.messaging.rules import Line, register_lines
from clinic.messaging.words import MessageKind, Reason
from clinic.models import Location, Patient
from clinic.words import LinkPurpose, ResourceKind
from treatments.definitions import PretreatmentMessage
from treatments.naming import treatment_name
from treatments.queries.catalogue import shared
from treatments.spoken import spoken
from treatments.words import PlanStatus

K, S = MessageKind, AppointmentStatus
#: Kinds that only make sense while the visit is still to come.
_BEFORE_THE_VISIT = frozenset(
    {
        K.APPOINTMENT_CONFIRMED,
        K.APPOINTMENT_MOVED,
        K.APPOINTMENT_REMINDER,
        K.PRETREATMENT,
        K.SCREENING_REQUEST,
        K.ON_THE_DAY,
    }
)
_STATUS_OF = {K.APPOINTMENT_CANCELLED: S.CANCELLED, K.NOSHOW_REBOOK: S.NOSHOW}
_WITH_CALENDAR = frozenset({K.APPOINTMENT_CONFIRMED, K.APPOINTMENT_MOVED, K.APPOINTMENT_CANCELLED})
#: News about a time stays news for so long, at most until the time itself.
NEWS_LASTS = timedelta(days=2)
#: A missed visit is spoken of after this time, and no longer than so.
MISSED_AFTER, MISSED_UNTIL = timedelta(hours=2), timedelta(days=3)
#: A text that comes less than so many minutes before belongs to the day itself.
_DAY_ITSELF = 12 * 60
#: The one message into which texts are merged that were due before the visit was agreed.
MERGED = "P_MERGED"


class AppointmentSubject:
    """An appointment as something that messages are about."""

    name = "appointment"

    def load(self, pk: int, *, lock: bool = False) -> Appointment | None:
        """The appointment with all that the other methods read."""
        rows = Appointment.objects.for_change()
        return (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()

    def load_many(self, pks: Iterable[int]) -> dict[int, Appointment]:
        """The appointments of a batch of messages, in one query."""
        return Appointment.objects.for_change().in_bulk(list(pks))

    def patient(self, obj: Appointment) -> Patient:
        """Who is told."""
        return obj.patient

    def location(self, obj: Appointment) -> Location:
        """Whose zone, quiet hours and name count."""
        return obj.location

    def version(self, obj: Appointment) -> int:
        """Rises when what was agreed changes; an arrival repeats nothing."""
        return obj.agreed_version

    def wanted(self, obj: Appointment, now: datetime) -> list[Wanted]:
        """All that should be said, from the status and from what was agreed last."""
        if obj.status == S.BOOKED:
            rest = [] if _is_on_hold(obj) else _before_the_visit(obj)
            return [*_news(obj), *rest]
        if obj.status == S.CANCELLED and obj.cancel_reason != CancelReason.LAPSED:
            return list(_news(obj))
        return list(_missed(obj)) if obj.status == S.NOSHOW else []

    def gate(self, obj: Appointment, message: Message, now: datetime) -> str | None:
        """Looks again before a message leaves: still booked, still this time, still unanswered."""
        needed = S.BOOKED if message.kind in _BEFORE_THE_VISIT else _STATUS_OF.get(MessageKind(message.kind))
        if needed and obj.status != needed:
            return self.why_not(obj)
        if message.is_from_rule and message.subject_version != obj.agreed_version:
            return self.why_not(obj)
        if message.kind in _BEFORE_THE_VISIT - _WITH_CALENDAR and _is_on_hold(obj):
            return Reason.ON_HOLD
        if message.kind == K.NOSHOW_REBOOK and _has_new_time(obj, now):
            return Reason.BOOKED_OR_CHANGED
        if message.kind == K.SCREENING_REQUEST and _is_answered(obj):
            return Reason.ANSWERED
        return None

    def why_not(self, obj: Appointment) -> Reason:
        """Cancelled, on hold, or moved; anything else is a change."""
        if obj.status == S.CANCELLED:
            return Reason.VISIT_CANCELLED
        if _is_on_hold(obj):
            return Reason.ON_HOLD
        return Reason.MOVED if obj.agreement == Agreement.MOVED else Reason.NOT_WANTED

    def context(self, obj: Appointment, message: Message, now: datetime) -> dict[str, Any]:
        """The variables of the text; e-mails about the time itself carry the calendar entry."""
        facts: dict[str, Any] = {"starts_at": obj.starts_at, "link_until": obj.ends_at + timedelta(days=14)}
        if message.channel == "email":
            facts |= _email_facts(obj, message, now)
        if message.kind == K.APPOINTMENT_MOVED:
            facts["old_starts_at"] = old_start(obj)
        return facts

    def upcoming(self, now: datetime, until: datetime) -> Iterable[Appointment]:
        """Booked ones before `until`, for the hourly healing."""
        return Appointment.objects.for_change().upcoming(now).filter(starts_at__lt=until)


def _is_on_hold(obj: Appointment) -> bool:
    """While a clinician looks at the recovery, nobody is asked to prepare or to come."""
    session = obj.treatment_session
    return session is not None and session.plan.status == PlanStatus.ON_HOLD


def _news(obj: Appointment) -> Iterator[Wanted]:
    """Made, moved or cancelled: said once the moment for an undo has passed."""
    kinds = {
        Agreement.BOOKED: K.APPOINTMENT_CONFIRMED,
        Agreement.MOVED: K.APPOINTMENT_MOVED,
        Agreement.CANCELLED: K.APPOINTMENT_CANCELLED,
    }
    kind = kinds.get(Agreement(obj.agreement))
    if kind is None or not obj.is_told:
        return
    at = obj.agreed_at + timedelta(seconds=settings_of(obj.location).undo_seconds)
    yield Wanted(
        rule=str(obj.agreement).upper(),
        kind=kind,
        scheduled_for=at,
        expires_at=max(min(obj.starts_at, at + NEWS_LASTS), at + timedelta(hours=1)),
        link=LinkPurpose.APPOINTMENT,
    )


def _before_the_visit(obj: Appointment) -> list[Wanted]:
    lines = _lines(_texts(obj))
    return [*_reminders(obj, lines), *_preparation(obj, lines)]


class _Line(NamedTuple):
    """A text of the protocol with all that is said about it for every visit: when it is due is counted back from one.

    Whole days are counted on the wall calendar, the minutes on the clock.
    """

    code: str
    kind: MessageKind
    channel: str
    link: LinkPurpose
    extra: Mapping[str, Any]
    days: int
    minutes: int
    asks: bool
    is_for_the_day: bool


@worked_out_once
def _lines(texts: tuple[PretreatmentMessage, ...]) -> tuple[_Line, ...]:
    return tuple(map(_line, {text.code: text for text in texts}.values()))


def _line(text: PretreatmentMessage) -> _Line:
    asks, (days, minutes) = text.asks_every_session_items, divmod(text.minutes_before, 1440)
    return _Line(
        code=text.code,
        kind=_kind_of(text),
        channel="preferred" if text.channel == "app" else str(text.channel),
        link=LinkPurpose.SCREENING if asks else LinkPurpose.APPOINTMENT,
        extra={"codes": [text.code]},
        days=days,
        minutes=minutes,
        asks=asks,
        is_for_the_day=_is_for_the_day(text),
    )


def _reminders(obj: Appointment, lines: Iterable[_Line]) -> Iterator[Wanted]:
    has_text_on_the_day = any(line.is_for_the_day for line in lines)
    location, starts_at = obj.location, obj.starts_at
    rules = settings_of(location).reminders
    for one in reminders(rules, starts_at=starts_at, agreed_at=obj.agreed_at, zone=location.tz):
        if not (one.is_hours_before and has_text_on_the_day):
            yield Wanted(
                rule=one.code,
                kind=K.APPOINTMENT_REMINDER,
                scheduled_for=one.at,
                expires_at=starts_at,
                channel=one.channel,
                link=LinkPurpose.APPOINTMENT,
            )


def _texts(obj: Appointment) -> tuple[PretreatmentMessage, ...]:
    """The protocol's texts before a visit that apply to this patient and plan."""
    return texts_for(obj.treatment_session) if obj.treatment_session else ()


def _is_for_the_day(text: PretreatmentMessage) -> bool:
    """Whether a text belongs to the day itself: hours before, not days."""
    return text.minutes_before < _DAY_ITSELF


def _preparation(obj: Appointment, lines: Iterable[_Line]) -> Iterator[Wanted]:
    """The protocol's texts at their times; what was due before the visit was agreed goes out as one."""
    starts_at, agreed_at = obj.starts_at, obj.agreed_at
    before = before_start(starts_at, obj.location.tz)
    timed = [(line, before(line.days, line.minutes)) for line in lines]
    for line, at in timed:
        if at > agreed_at:
            yield _preparing(line, at, starts_at)
    yield from _merged(obj, [line for line, at in timed if at <= agreed_at])


def _preparing(line: _Line, at: datetime, starts_at: datetime) -> Wanted:
    return Wanted(
        rule=line.code,
        kind=line.kind,
        scheduled_for=at,
        expires_at=starts_at,
        channel=line.channel,
        link=line.link,
        extra=line.extra,
    )


def _kind_of(text: PretreatmentMessage) -> MessageKind:
    if text.asks_every_session_items:
        return K.SCREENING_REQUEST
    return K.ON_THE_DAY if _is_for_the_day(text) else K.PRETREATMENT


def _merged(obj: Appointment, missed: Sequence[_Line]) -> Iterator[Wanted]:
    """One message for all texts that came too late, and the questionnaire by itself; nothing of the day itself."""
    if not (late := [line for line in missed if not line.is_for_the_day]):
        return
    at = obj.agreed_at + timedelta(seconds=settings_of(obj.location).undo_seconds)
    if at >= obj.starts_at:
        return
    yield from (_preparing(line, at, obj.starts_at) for line in late if line.asks)
    if codes := [line.code for line in late if not line.asks]:
        yield Wanted(
            rule=MERGED,
            kind=K.PRETREATMENT,
            scheduled_for=at,
            expires_at=obj.starts_at,
            channel="email",
            link=LinkPurpose.APPOINTMENT,
            extra={"codes": codes},
        )


def _missed(obj: Appointment) -> Iterator[Wanted]:
    if obj.is_told:
        yield Wanted(
            rule="NOSHOW",
            kind=K.NOSHOW_REBOOK,
            scheduled_for=obj.agreed_at + MISSED_AFTER,
            expires_at=obj.agreed_at + MISSED_UNTIL,
            link=LinkPurpose.APPOINTMENT,
        )


def _has_new_time(obj: Appointment, now: datetime) -> bool:
    return Appointment.objects.upcoming(now).filter(patient=obj.patient_id).exists()


def _is_answered(obj: Appointment) -> bool:
    session = obj.treatment_session
    return session is not None and session.screenings.exists()


def _email_facts(obj: Appointment, message: Message, now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {"practitioner": practitioner_of(obj)}
    if obj.treatment_session is not None:
        facts["what"] = treatment_name(obj.treatment_session)
    if codes := message.extra.get("codes"):
        texts = {text.code: spoken(text.text) for text in _texts(obj)}
        facts["text"] = "\n\n".join(texts[code] for code in codes if code in texts)
    if message.kind in _WITH_CALENDAR:
        entry = Attachment("appointment.ics", calendar_file(_told_together(obj), now=now), MIME_TYPE)
        facts["attachments"] = [entry]
    return facts


def _told_together(obj: Appointment) -> list[Appointment]:
    """The appointment, and those of the same plan that were booked with it and are told with it."""
    if obj.treatment_session is None or obj.agreement != Agreement.BOOKED:
        return [obj]
    others = Appointment.objects.filter(
        treatment_session__plan=obj.treatment_session.plan_id,
        status=S.BOOKED,
        agreement=Agreement.BOOKED,
        agreed_at=obj.agreed_at,
        is_told=False,
    ).select_related("location")
    return [obj, *others.order_by("starts_at")]


def practitioner_of(obj: Appointment) -> str:
    """The name of who treats, from the claims; empty when nobody is claimed."""
    names = obj.claims.filter(resource__kind=ResourceKind.PRACTITIONER).values_list(
        "resource__name", flat=True
    )
    return names.first() or ""


def old_start(obj: Appointment) -> datetime | None:
    """When the appointment was before its last move, from the history."""
    history = Appointment.pgh_event_model.objects  # type: ignore[attr-defined]
    rows = history.filter(pgh_obj_id=obj.pk, version__lt=obj.agreed_version).exclude(starts_at=obj.starts_at)
    found: datetime | None = rows.order_by("-pgh_id").values_list("starts_at", flat=True).first()
    return found


def rule_lines(location: Location) -> Iterator[Line]:
    """The location's reminders, news about times, and the texts before a visit, for the page of rules."""
    news = _("after the undo window")
    yield Line("BOOKED", K.APPOINTMENT_CONFIRMED, str(K.APPOINTMENT_CONFIRMED.label), news)
    yield Line("MOVED", K.APPOINTMENT_MOVED, str(K.APPOINTMENT_MOVED.label), news)
    yield Line("CANCELLED", K.APPOINTMENT_CANCELLED, str(K.APPOINTMENT_CANCELLED.label), news)
    for rule in settings_of(location).reminders:
        yield Line(str(rule["code"]), K.APPOINTMENT_REMINDER, _("reminder"), _in_words(rule))
    for text in sorted(shared().pretreatment, key=lambda one: -one.offset, reverse=True):
        yield Line(text.code, _kind_of(text), Truncator(text.text).chars(90), _before_in_words(text))
    merged = _("texts that were due before the visit was agreed, as one")
    yield Line(MERGED, K.PRETREATMENT, merged, news)
    hours = MISSED_AFTER // timedelta(hours=1)
    yield Line("NOSHOW", K.NOSHOW_REBOOK, str(K.NOSHOW_REBOOK.label), _("%(n)d hours after") % {"n": hours})


def _in_words(rule: Mapping[str, Any]) -> str:
    if "hours_before" in rule:
        return _("%(n)s hours before") % {"n": rule["hours_before"]}
    return _("%(n)s days before, at %(at)s") % {"n": rule["days_before"], "at": rule["at"]}


def _before_in_words(text: PretreatmentMessage) -> str:
    if text.before_days:
        return _("%(n)s days before") % {"n": text.before_days}
    if text.before_minutes < 60:
        return _("%(n)s minutes before") % {"n": text.before_minutes}
    return _("%(n)s hours before") % {"n": f"{text.before_minutes / 60:g}"}


def register_subjects() -> None:
    """Called when the apps are ready."""
    from bookings.offers import OfferSubject

    register_lines(rule_lines)

    register(AppointmentSubject())
    register(OfferSubject())
