"""Protocol versions: a manager drafts, a clinician confirms (BR-01), one is activated; running plans keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.errors import DomainError, NotYours
from clinic.statuses import move, record
from clinic.words import Qualification
from treatments.catalogue.checks import ranges
from treatments.catalogue.reader import Catalogue, read_catalogue
from treatments.catalogue.validation import validate
from treatments.definitions import DocumentError, ProtocolDefinition, checksum, to_document
from treatments.entitled import practitioner_of
from treatments.models import Protocol, ProtocolVersion, ValueCheck
from treatments.queries.catalogue import definition_by, shared
from treatments.queries.protocols import unconfirmed
from treatments.versions import NotAValue, changed, owner_of, with_country, with_step, without_step
from treatments.words import VERSION_TRANSITIONS, VersionStatus

_CONFIRMING = frozenset({Qualification.DOC, Qualification.RX})


@transaction.atomic
def begin_draft(protocol: Protocol, *, by: Any, now: datetime) -> ProtocolVersion:
    """A draft to edit: the one that waits, else a copy of the active version with what was confirmed in it."""
    protocol = Protocol.objects.select_for_update().get(pk=protocol.pk)
    waiting = protocol.versions.filter(status=VersionStatus.DRAFT).first()
    if waiting is not None:
        return waiting
    active = protocol.versions.active().first()
    if active is None:
        raise DomainError("no_version", _("This protocol has no active version to start from."))
    last = protocol.versions.aggregate(last=Max("number"))["last"]
    draft = ProtocolVersion.objects.create(
        protocol=protocol,
        number=last + 1,
        definition=active.definition,
        checksum=active.checksum,
        created_at=now,
        created_by=by,
    )
    record(draft, "", VersionStatus.DRAFT, by=by, now=now)
    for check in active.value_checks.all():
        check.pk, check.protocol_version = None, draft
        check.save(force_insert=True)
    return draft


@transaction.atomic
def edit_draft(
    version: ProtocolVersion, *, path: str, typed: Mapping[str, str], by: Any, now: datetime
) -> ProtocolVersion:
    """Changes fields of one row of a draft. The old confirmation of that row no longer holds.

    `not_a_value` for what cannot be read, `not_in_order` for ranges that fall or numbers below zero.
    """
    return _rewrite(version, lambda before: changed(before, path, typed), path, by=by, now=now)


@transaction.atomic
def add_step(version: ProtocolVersion, *, by: Any, now: datetime) -> ProtocolVersion:
    """In a draft: one more step between sessions, after the last one and in its rhythm."""
    following = definition_by(version.pk, version.checksum).steps[-1].session_to + 1
    return _rewrite(version, with_step, f"steps/{following}-{following}", by=by, now=now)


@transaction.atomic
def remove_step(version: ProtocolVersion, code: str, *, by: Any, now: datetime) -> ProtocolVersion:
    """In a draft: takes a step away ("2-4"); that all sessions still have one is asked at activation."""
    return _rewrite(version, lambda before: without_step(before, code), f"steps/{code}", by=by, now=now)


def _rewrite(
    version: ProtocolVersion,
    how: Callable[[ProtocolDefinition], dict[str, Any]],
    path: str,
    *,
    by: Any,
    now: datetime,
) -> ProtocolVersion:
    version = _draft(version)
    before = definition_by(version.pk, version.checksum)
    try:
        document = how(before)
        after = ProtocolDefinition.from_document(document)
    except NotAValue as problem:
        raise DomainError("not_a_value", _("This cannot be read: %(what)s.") % {"what": problem}) from problem
    except DocumentError as problem:
        raise DomainError("not_a_value", str(problem)) from problem
    _must_be_in_order(after, before)
    if document != version.definition:
        version.definition, version.checksum = document, checksum(document)
        version.save(update_fields=["definition", "checksum"])
        owner = owner_of(before, path) or path
        version.value_checks.filter(path=owner).delete()
        _note_change(version, before, after, owner, by=by, now=now)
    return version


@transaction.atomic
def set_country(
    version: ProtocolVersion, *, country: str, reason: str, by: Any, now: datetime
) -> ProtocolVersion:
    """In a draft: a country where it is not offered, with the reason; an empty reason takes it away (BR-12)."""
    version = _draft(version)
    if len(country) != 2 or not country.isalpha():
        raise DomainError("country", _("Write the country as two letters, such as DE."))
    before = definition_by(version.pk, version.checksum)
    document = with_country(before, country.upper(), reason.strip())
    version.definition, version.checksum = document, checksum(document)
    version.save(update_fields=["definition", "checksum"])
    path = f"countries_off/{country.upper()}"
    version.value_checks.filter(path=path).delete()
    _note_change(version, before, ProtocolDefinition.from_document(document), path, by=by, now=now)
    return version


def _note_change(
    version: ProtocolVersion,
    before: ProtocolDefinition,
    after: ProtocolDefinition,
    path: str,
    *,
    by: Any,
    now: datetime,
) -> None:
    """A clinician who changes a value has checked it; a manager's change waits for a clinician."""
    old = {one.path: one.value for one in before.values_to_check()}
    new = {one.path: one.value for one in after.values_to_check()}
    if path in new and may_confirm(by):
        ValueCheck.objects.create(
            protocol_version=version,
            path=path,
            old_value=to_document(old.get(path)),
            new_value=to_document(new[path]),
            checked_at=now,
            checked_by=by,
        )


def _must_be_in_order(after: ProtocolDefinition, before: ProtocolDefinition) -> None:
    """Each row for itself; that the rows fit together is asked when the draft is activated."""
    known = set(ranges.inside(before))
    wrong = [f"{one.key}: {one.sentence}" for one in ranges.inside(after) if one not in known]
    if wrong:
        raise DomainError("not_in_order", "; ".join(wrong[:5]))


def _must_hold_together(after: ProtocolDefinition, before: ProtocolDefinition) -> None:
    known = {str(one) for one in _findings(before)}
    wrong = [one.sentence for one in _findings(after) if str(one) not in known]
    if wrong:
        raise DomainError(
            "not_whole", " ".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in wrong[:5])
        )


def _findings(definition: ProtocolDefinition) -> list[Any]:
    """What the catalogue's own checks say about this protocol among the shipped ones."""
    others = tuple(one for one in _shipped() if one.code != definition.code)
    return validate(Catalogue(protocols=(*others, definition), shared=shared()))


@cache
def _shipped() -> tuple[ProtocolDefinition, ...]:
    return read_catalogue().protocols


def _draft(version: ProtocolVersion) -> ProtocolVersion:
    version = ProtocolVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.status != VersionStatus.DRAFT:
        raise DomainError("not_a_draft", _("Only a draft can be changed: versions never change."))
    return version


@transaction.atomic
def activate_version(version: ProtocolVersion, *, by: Any, now: datetime) -> ProtocolVersion:
    """The draft becomes what new plans get; running plans keep theirs. Not offered while values wait for a check.

    `not_whole` with every reason when its rows do not fit together, such as steps that end before the last session.
    """
    protocol = Protocol.objects.select_for_update().get(pk=version.protocol_id)
    version = _draft(version)
    before = protocol.versions.active().first()
    if before is not None:
        _must_hold_together(
            definition_by(version.pk, version.checksum), definition_by(before.pk, before.checksum)
        )
        move(before, VersionStatus.RETIRED, transitions=VERSION_TRANSITIONS, by=by, now=now)
    move(version, VersionStatus.ACTIVE, transitions=VERSION_TRANSITIONS, by=by, now=now)
    definition = definition_by(version.pk, version.checksum)
    protocol.label, protocol.patient_name = definition.label, definition.patient_name
    protocol.is_on = protocol.is_on and not unconfirmed(version)
    protocol.save(update_fields=["label", "patient_name", "is_on"])
    return version


@transaction.atomic
def discard_draft(version: ProtocolVersion, *, by: Any, now: datetime) -> ProtocolVersion:
    """The draft is put away; it stays in the history."""
    version = _draft(version)
    move(version, VersionStatus.RETIRED, transitions=VERSION_TRANSITIONS, by=by, now=now)
    return version


def may_confirm(user: Any) -> bool:
    """Whether the login is a clinician's: a physician or a prescriber (catalogue 1.4)."""
    practitioner = practitioner_of(user)
    return practitioner is not None and practitioner.qualification in _CONFIRMING


@transaction.atomic
def confirm_values(
    version: ProtocolVersion, *, paths: Collection[str], by: Any, now: datetime, everywhere: bool = False
) -> int:
    """A clinician confirms values as they stand (BR-01); gives how many.

    `everywhere`: the very same value at the same place of every other active protocol counts as confirmed too.
    """
    if not may_confirm(by):
        raise NotYours("not_a_clinician", _("Only a physician or prescriber can confirm clinical values."))
    wanted = {one.path: to_document(one.value) for one in unconfirmed(version) if one.path in paths}
    versions = [version]
    if everywhere:
        versions += list(ProtocolVersion.objects.active().exclude(pk=version.pk))
    rows = [
        ValueCheck(
            protocol_version=one,
            path=located.path,
            old_value=wanted[located.path],
            new_value=wanted[located.path],
            checked_at=now,
            checked_by=by,
        )
        for one in versions
        for located in unconfirmed(one)
        if located.path in wanted and to_document(located.value) == wanted[located.path]
    ]
    ValueCheck.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def offer_protocol(protocol: Protocol, *, is_on: bool, by: Any) -> Protocol:
    """Switches a protocol on or off, running plans included; on only when every value was confirmed (BR-01)."""
    protocol = Protocol.objects.select_for_update().get(pk=protocol.pk)
    version = protocol.versions.active().first()
    left = len(unconfirmed(version)) if version is not None else None
    if is_on and left is None:
        raise DomainError("no_version", _("This protocol has no active version."))
    if is_on and left:
        raise DomainError("unconfirmed", _("%(n)d values wait for a clinician's check first.") % {"n": left})
    protocol.is_on, protocol.is_stopped = is_on, not is_on
    protocol.save(update_fields=["is_on", "is_stopped"])
    return protocol
