"""Writes a validated catalogue into the database: once, or again when its files have changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from clinic.statuses import move, record
from treatments.catalogue.reader import Catalogue
from treatments.definitions import Entry, Located, ProtocolDefinition, checksum, to_document
from treatments.models import CatalogueEntry, Protocol, ProtocolVersion, ValueCheck
from treatments.words import VERSION_TRANSITIONS, VersionStatus

REASON = "catalogue files"
_ONE_AT_A_TIME = 2_002_001


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """What a load changed, in codes."""

    new_versions: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    entries_added: tuple[str, ...] = ()
    entries_changed: tuple[str, ...] = ()
    entries_removed: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report for people, one sentence for each kind of change; "nothing changed" when there is none."""
        parts = (
            ("new version of", self.new_versions),
            ("draft for review, because the clinic has its own version of", self.drafts),
            ("switched off until its new values are confirmed:", self.switched_off),
            ("added", self.entries_added),
            ("changed", self.entries_changed),
            ("removed", self.entries_removed),
        )
        return tuple(f"{verb} {_counted(codes)}" for verb, codes in parts if codes) or ("nothing changed",)


def load(catalogue: Catalogue, *, now: datetime) -> LoadReport:
    """Brings the database to what the catalogue says, in one transaction; running it again changes nothing.

    A changed definition becomes a new version and retires the one before it: versions are never edited. Where
    the clinic has activated a version of its own, the new one waits as a draft. Confirmed values that did not
    change stay confirmed; a protocol with unconfirmed values is switched off. The catalogue must be valid.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        fates = [(one.code, _load_protocol(one, now)) for one in catalogue.protocols]
        return LoadReport(
            new_versions=_with(fates, "active"),
            drafts=_with(fates, "draft"),
            switched_off=_with(fates, "off"),
            **_load_entries(list(catalogue.shared.entries())),
        )


def _load_protocol(definition: ProtocolDefinition, now: datetime) -> frozenset[str]:
    protocol, _ = Protocol.objects.get_or_create(
        code=definition.code,
        defaults={
            "label": definition.label,
            "patient_name": definition.patient_name,
            "family": str(definition.family),
            "care_group": str(definition.care_group),
        },
    )
    shipped = protocol.versions.filter(created_by=None).order_by("-number").first()
    document = definition.to_document()
    fingerprint = checksum(document)
    if shipped is not None and shipped.checksum == fingerprint:
        return frozenset()
    version = _new_version(protocol, document, fingerprint, now)
    before = protocol.versions.active().first()
    if _is_the_clinics_own(shipped, before):
        return frozenset({"draft"})
    return _activate(protocol, version, before, definition, now)


def _is_the_clinics_own(shipped: ProtocolVersion | None, active: ProtocolVersion | None) -> bool:
    """True when the clinic runs a version of its own, or has retired what was shipped."""
    return shipped is not None if active is None else active.created_by_id is not None


def _new_version(protocol: Protocol, document: object, fingerprint: str, now: datetime) -> ProtocolVersion:
    last = protocol.versions.aggregate(last=Max("number"))["last"] or 0
    version = ProtocolVersion.objects.create(
        protocol=protocol, number=last + 1, definition=document, checksum=fingerprint, created_at=now
    )
    record(version, "", VersionStatus.DRAFT, by=None, now=now, reason=REASON)
    return version


def _activate(
    protocol: Protocol,
    version: ProtocolVersion,
    before: ProtocolVersion | None,
    definition: ProtocolDefinition,
    now: datetime,
) -> frozenset[str]:
    if before is not None:
        move(before, VersionStatus.RETIRED, transitions=VERSION_TRANSITIONS, by=None, now=now, reason=REASON)
        _carry_checks(before, version, definition)
    move(version, VersionStatus.ACTIVE, transitions=VERSION_TRANSITIONS, by=None, now=now, reason=REASON)
    protocol.label, protocol.patient_name = definition.label, definition.patient_name
    protocol.family = str(definition.family)
    protocol.care_group = str(definition.care_group)
    must_stop = protocol.is_on and bool(_unconfirmed(version, definition))
    protocol.is_on = protocol.is_on and not must_stop
    protocol.save()
    return frozenset({"active", "off"} if must_stop else {"active"})


def _carry_checks(before: ProtocolVersion, version: ProtocolVersion, definition: ProtocolDefinition) -> None:
    """Confirmations of values that are the same in both versions hold on."""
    known = {one.path: to_document(one.value) for one in _to_check(before)}
    same = {one.path for one in definition.values_to_check() if known.get(one.path) == to_document(one.value)}
    ValueCheck.objects.bulk_create(
        ValueCheck(
            protocol_version=version,
            path=check.path,
            old_value=check.old_value,
            new_value=check.new_value,
            checked_at=check.checked_at,
            checked_by_id=check.checked_by_id,
        )
        for check in before.value_checks.filter(path__in=same)
    )


def _to_check(version: ProtocolVersion) -> tuple[Located, ...]:
    return ProtocolDefinition.from_document(version.definition).values_to_check()


def _unconfirmed(version: ProtocolVersion, definition: ProtocolDefinition) -> set[str]:
    confirmed = set(version.value_checks.values_list("path", flat=True))
    return {one.path for one in definition.values_to_check()} - confirmed


def _load_entries(entries: list[Entry]) -> dict[str, tuple[str, ...]]:
    stored = {(row.kind, row.code): row for row in CatalogueEntry.objects.all()}
    wanted = {(entry.kind, entry.code): entry for entry in entries}
    added = [_row(entry) for key, entry in wanted.items() if key not in stored]
    changed = [
        _updated(stored[key], entry) for key, entry in wanted.items() if _differs(stored.get(key), entry)
    ]
    removed = [row for key, row in stored.items() if key not in wanted]
    CatalogueEntry.objects.bulk_create(added)
    CatalogueEntry.objects.bulk_update(changed, ["data", "source", "grade"])
    CatalogueEntry.objects.filter(pk__in=[row.pk for row in removed]).delete()
    return {
        "entries_added": tuple(_named(added)),
        "entries_changed": tuple(_named(changed)),
        "entries_removed": tuple(_named(removed)),
    }


def _row(entry: Entry) -> CatalogueEntry:
    return CatalogueEntry(
        kind=entry.kind, code=entry.code, data=entry.data, source=entry.source, grade=entry.grade
    )


def _differs(row: CatalogueEntry | None, entry: Entry) -> bool:
    return row is not None and (row.data, row.source, row.grade) != (entry.data, entry.source, entry.grade)


def _updated(row: CatalogueEntry, entry: Entry) -> CatalogueEntry:
    row.data, row.source, row.grade = entry.data, entry.source, entry.grade
    return row


def _named(found: Iterable[CatalogueEntry]) -> Iterator[str]:
    return (f"{row.kind}/{row.code}" for row in found)


def _with(fates: Iterable[tuple[str, frozenset[str]]], fate: str) -> tuple[str, ...]:
    return tuple(code for code, found in fates if fate in found)


def _counted(codes: tuple[str, ...]) -> str:
    few = ", ".join(codes[:5])
    return few if len(codes) <= 5 else f"{len(codes)} entries: {few} …"
