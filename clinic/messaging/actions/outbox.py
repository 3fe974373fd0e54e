"""Planning: make the pending rows match what should be said, inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from clinic.messaging import registry
from clinic.messaging.actions.inserting import Common, Planned, insert_planned, planned_along
from clinic.messaging.consent import Reach, reach
from clinic.messaging.models import Message
from clinic.messaging.nudging import nudge_after_commit
from clinic.messaging.registry import Subject, Wanted
from clinic.messaging.rules import silenced, speaks
from clinic.messaging.timing import leaves_at
from clinic.messaging.words import (
    MESSAGE_TRANSITIONS,
    PURPOSE_OF,
    RETURNING_REASONS,
    UNSENT,
    MessageStatus,
    Purpose,
    Reason,
)
from clinic.models import ClinicSettings, Location
from clinic.prepared import Along
from clinic.statuses import move

#: The first key of our advisory locks; the second is the subject's number.
_LOCK_SPACE = 0x6D73


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many messages were planned, left as they were, called back."""

    planned: int
    kept: int
    cancelled: int

    @property
    def changes(self) -> int:
        """Planned and called back together: the drift, when nothing had changed."""
        return self.planned + self.cancelled


@dataclass(frozen=True, slots=True)
class _Case:
    """All that planning for one subject needs."""

    subject: Subject
    obj: Any
    reach: Reach
    location: Location
    settings: ClinicSettings
    now: datetime
    by: Any
    #: Read once: each message of the subject asks for them.
    pk: int
    version: int
    quiet: tuple[time, time]
    zone: ZoneInfo


@transaction.atomic(savepoint=False)
def reconcile(
    subject_name: str, obj: Any, *, now: datetime, by: Any = None, is_new: bool = False
) -> Reconciled:
    """Makes the unsent messages about a thing match `wanted`; call it in the change's own transaction.

    One function for booking, moving, cancelling, signing and healing: what is no longer wanted is called back, what
    is new is planned, what was said already is never said again. Running it twice changes nothing. `is_new` says that
    this transaction made the thing, so that nobody else knows it and nothing can have been said about it.
    """
    case = _case(subject_name, obj, now=now, by=by)
    rows = [] if is_new else _known(subject_name, obj.pk)
    kept, returned = set[int](), list[datetime]()
    new: list[Planned] = []
    for wanted in _worth_saying(case):
        if (found := _match(rows, wanted, case)) is not None:
            kept.add(found.pk)
            returned += _refresh(found, wanted, case)
        else:
            new.append(_planned(case, wanted))
    insert_planned(new, _common(case))
    cancelled = _call_back(
        [row for row in rows if row.is_from_rule and row.pk not in kept], _why_not(case), case
    )
    leaving = [*returned, *(one["next_attempt_at"] for one in new)]
    if any(
        at <= now for at in leaving
    ):  # what leaves later is found by the tick; nobody need be woken for it
        nudge_after_commit()
    return Reconciled(len(leaving), len(kept), cancelled)


def first_words(subject_name: str, obj: Any, *, now: datetime, by: Any = None) -> Along:
    """What is to be said about a thing that is just being made, to be written along with it; it has its id already."""
    case = _case(subject_name, obj, now=now, by=by)
    new = [_planned(case, wanted) for wanted in _worth_saying(case)]
    # What leaves later is found by the tick; nobody need be woken for it.
    is_urgent = any(one["next_attempt_at"] <= now for one in new)
    return planned_along(new, _common(case), nudge_after_commit if is_urgent else None)


def _why_not(case: _Case) -> Reason:
    """In the subject's words where it has some (`registry.SaysWhyNot`)."""
    tell = getattr(case.subject, "why_not", None)
    return tell(case.obj) if tell else Reason.NOT_WANTED


def _known(subject_name: str, pk: int) -> list[Message]:
    """What is planned or was said about a thing, locked."""
    _serialise(subject_name, pk)
    return list(Message.objects.about(subject_name, pk).select_for_update().order_by("id"))


@transaction.atomic
def withdraw(
    subject_name: str, pk: int, *, now: datetime, reason: str = Reason.WITHDRAWN, by: Any = None
) -> int:
    """Calls back everything unsent about a thing, whatever caused it; gives how many."""
    _serialise(subject_name, pk)
    rows = Message.objects.about(subject_name, pk).select_for_update().order_by("id")
    return sum(call_back(row, reason, now=now, by=by) for row in rows)


@transaction.atomic
def say(subject_name: str, obj: Any, wanted: Wanted, *, now: datetime, by: Any = None) -> Message:
    """Plans one message that no rule wants: a person or an answer caused it. Saying the same again gives the first."""
    case = _case(subject_name, obj, now=now, by=by)
    _serialise(subject_name, obj.pk)
    channel = case.reach.channel_for(wanted.channel, _purpose(wanted))
    known = Message.objects.filter(dedupe_key=dedupe_key(case, wanted, channel)).first()
    message = known or _said(case, wanted)
    nudge_after_commit()
    return message


def _said(case: _Case, wanted: Wanted) -> Message:
    ids = insert_planned([_planned(case, wanted)], _common(case, is_from_rule=False))
    return Message.objects.get(pk=ids[0])


def _planned(case: _Case, wanted: Wanted) -> Planned:
    purpose = _purpose(wanted)
    channel = case.reach.channel_for(wanted.channel, purpose)
    return Planned(
        kind=wanted.kind,
        rule=wanted.rule,
        channel=channel,
        purpose=purpose,
        policy=wanted.policy,
        dedupe_key=dedupe_key(case, wanted, channel),
        extra=wanted.extra,
        link_purpose=wanted.link or "",
        ignores_quiet_hours=wanted.ignores_quiet_hours,
        never_earlier=wanted.never_earlier,
        scheduled_for=wanted.scheduled_for,
        next_attempt_at=_leaves_at(wanted, case),
        expires_at=wanted.expires_at,
    )


def _common(case: _Case, *, is_from_rule: bool = True) -> Common:
    return Common(
        patient_id=case.reach.patient.pk,
        location_id=case.location.pk,
        subject_type=case.subject.name,
        subject_id=case.pk,
        subject_version=case.version,
        is_from_rule=is_from_rule,
        created_at=case.now,
        created_by_id=case.by.pk if case.by else None,
    )


def call_back(row: Message, reason: str, *, now: datetime, by: Any) -> bool:
    """Cancels one unsent message; one that is just being sent gets no further attempt. True when it was cancelled."""
    if row.status in UNSENT:
        lease = {"lease_token": None, "lease_until": None}
        to = MessageStatus.CANCELLED
        move(
            row,
            to,
            transitions=MESSAGE_TRANSITIONS,
            by=by,
            now=now,
            reason=reason,
            changes={"reason": reason} | lease,
        )
        return True
    if row.status == MessageStatus.DISPATCHING and not row.withdrawn_reason:
        Message.objects.filter(pk=row.pk).update(withdrawn_reason=reason)
    return False


def dedupe_key(case: _Case, wanted: Wanted, channel: str) -> str:
    """Rule, subject, the subject's version when planned (0 for once), channel."""
    version = 0 if wanted.once else case.version
    return f"{wanted.rule}:{case.subject.name}:{case.pk}:{version}:{channel}"


def _case(subject_name: str, obj: Any, *, now: datetime, by: Any) -> _Case:
    subject = registry.subject(subject_name)
    location = subject.location(obj)
    settings = settings_of(location)
    return _Case(
        subject=subject,
        obj=obj,
        reach=reach(subject.patient(obj)),
        location=location,
        settings=settings,
        now=now,
        by=by,
        pk=obj.pk,
        version=subject.version(obj),
        quiet=(settings.quiet_from, settings.quiet_until),
        zone=location.tz,
    )


def settings_of(location: Location) -> ClinicSettings:
    """The location's choices, or the shipped ones where nobody has chosen yet (nothing is stored)."""
    if Location.settings.is_cached(location):
        read = location.settings
        if isinstance(read.quiet_from, time):  # not one that was only just made, with its times as texts
            return read
    return ClinicSettings.objects.filter(location=location).first() or defaults_for(location)


def defaults_for(location: Location) -> ClinicSettings:
    """The shipped choices."""
    return ClinicSettings(location=location)


def _serialise(subject_name: str, pk: int) -> None:
    """Two changes of one subject plan one after the other, even when the caller holds no lock on it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, f"{subject_name}:{pk}"]
        )


def _worth_saying(case: _Case) -> Iterable[Wanted]:
    """What the subject wants, without what is switched off here and what is too late."""
    off = silenced(case.settings)
    for wanted in case.subject.wanted(case.obj, case.now):
        if wanted.expires_at > case.now and speaks(wanted.rule, wanted.kind, off):
            yield wanted


def _match(rows: list[Message], wanted: Wanted, case: _Case) -> Message | None:
    """The row that already says this: waiting on the right channel, or said, or decided against for good."""
    channel = case.reach.channel_for(wanted.channel, _purpose(wanted))
    same = [row for row in rows if row.rule == wanted.rule and _same_time(row, wanted)]
    said = [row for row in same if row.status not in UNSENT and not _may_return(row)]
    waiting = [row for row in same if row.status in UNSENT and (row.channel == channel or row.fallback_of_id)]
    returning = [
        row for row in same if _may_return(row) and row.dedupe_key == dedupe_key(case, wanted, channel)
    ]
    return next(iter([*waiting, *said, *returning]), None)


def _same_time(row: Message, wanted: Wanted) -> bool:
    return wanted.once or row.scheduled_for == wanted.scheduled_for


def _may_return(row: Message) -> bool:
    return row.status == MessageStatus.CANCELLED and row.reason in RETURNING_REASONS


def _refresh(row: Message, wanted: Wanted, case: _Case) -> list[datetime]:
    """Brings a waiting row up to date, or a called-back one back; says when one that came back leaves."""
    values = {
        "scheduled_for": wanted.scheduled_for,
        "expires_at": wanted.expires_at,
        "extra": dict(wanted.extra),
        "subject_version": case.version,
    }
    if _may_return(row):
        leaves = _leaves_at(wanted, case)
        values |= {"reason": "", "next_attempt_at": leaves}
        move(
            row,
            MessageStatus.PENDING,
            transitions=MESSAGE_TRANSITIONS,
            by=case.by,
            now=case.now,
            changes=values,
        )
        return [leaves]
    if row.status == MessageStatus.PENDING and _differs(row, values):
        if row.scheduled_for != wanted.scheduled_for:
            values["next_attempt_at"] = _leaves_at(wanted, case)
        Message.objects.filter(pk=row.pk, status=MessageStatus.PENDING).update(**values)
    return []


def _differs(row: Message, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _call_back(rows: list[Message], reason: Reason, case: _Case) -> int:
    return sum(call_back(row, reason, now=case.now, by=case.by) for row in rows)


def _purpose(wanted: Wanted) -> Purpose:
    return wanted.purpose or PURPOSE_OF.get(wanted.kind, Purpose.CARE)


def _leaves_at(wanted: Wanted, case: _Case) -> datetime:
    if wanted.ignores_quiet_hours:
        return max(wanted.scheduled_for, case.now)
    return leaves_at(
        wanted.scheduled_for,
        wanted.expires_at,
        quiet=case.quiet,
        zone=case.zone,
        never_earlier=wanted.never_earlier,
        now=case.now,
    )
