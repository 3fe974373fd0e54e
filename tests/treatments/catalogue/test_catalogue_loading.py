"""Loading the catalogue: once, again, and after its files have changed."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic.models import User
from treatments.catalogue import Catalogue
from treatments.catalogue.layout import FOLDER
from treatments.catalogue.loading import LoadReport, load
from treatments.catalogue.stored import shared_catalogue
from treatments.definitions import SharedCatalogue
from treatments.models import CatalogueEntry, Protocol, ProtocolVersion, ValueCheck
from treatments.words import VersionStatus

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def small(catalogue: Catalogue) -> Catalogue:
    """One protocol, the policies and the claims."""
    shared = SharedCatalogue(policies=catalogue.shared.policies, claims=catalogue.shared.claims)
    return replace(catalogue, protocols=(catalogue.protocol("MN_WRINKLE"),), shared=shared)


def with_stale_gap(small: Catalogue, days: int) -> Catalogue:
    (protocol,) = small.protocols
    return replace(small, protocols=(replace(protocol, stale=replace(protocol.stale, days=days)),))


def versions() -> list[tuple[int, str]]:
    return list(ProtocolVersion.objects.order_by("number").values_list("number", "status"))


def command(*arguments: object) -> list[str]:
    out = StringIO()
    call_command("load_catalogue", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_command_stores_what_the_files_say_and_again_changes_nothing(catalogue: Catalogue) -> None:
    said = command()

    assert said[0].startswith("new version of 21 entries: MN_ACNE_SCAR, MN_MELASMA")
    assert {row.protocol.code: row.content for row in ProtocolVersion.objects.active()} == {
        protocol.code: protocol for protocol in catalogue.protocols
    }
    assert not Protocol.objects.filter(is_on=True).exists()
    assert shared_catalogue() == catalogue.shared
    assert command() == ["nothing changed"]
    assert ProtocolVersion.objects.count() == 21


def test_command_loads_nothing_when_there_is_a_mistake(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "*.md", "__pycache__"))
    file = folder / "protocols/MN_WRINKLE.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("typical = 4", "typical = 7"), encoding="utf-8")

    with pytest.raises(CommandError) as refusal:
        command("--folder", folder)

    assert str(refusal.value).splitlines() == [
        "1 mistake in the catalogue, nothing was loaded:",
        "protocols/MN_WRINKLE.toml: sessions/typical: typical 7 is more than maximum 6",
    ]
    assert (Protocol.objects.count(), CatalogueEntry.objects.count()) == (0, 0)


def test_command_check_writes_nothing() -> None:
    assert command("--check") == ["21 protocols, no mistakes"]
    assert Protocol.objects.count() == 0


def test_command_refuses_a_folder_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        command("--folder", "/nowhere/at/all")


def test_load_records_that_the_system_activated_a_version(small: Catalogue) -> None:
    load(small, now=NOW)
    moves = ProtocolVersion.objects.get().status_changes.filter(changed_by=None)
    assert list(moves.values_list("from_status", "to_status")) == [("", "draft"), ("draft", "active")]


def test_changed_protocol_becomes_a_new_version_and_the_old_one_stays_as_it_was(small: Catalogue) -> None:
    load(small, now=NOW)
    before = ProtocolVersion.objects.get()

    report = load(with_stale_gap(small, 90), now=NOW)

    assert report == LoadReport(new_versions=("MN_WRINKLE",))
    assert versions() == [(1, VersionStatus.RETIRED), (2, VersionStatus.ACTIVE)]
    old, new = ProtocolVersion.objects.order_by("number")
    assert (old.definition, old.checksum) == (before.definition, before.checksum)
    assert (old.content.stale_days, new.content.stale_days) == (84, 90)


def test_protocol_that_changes_back_is_a_third_version(small: Catalogue) -> None:
    for days in (84, 90, 84):
        load(with_stale_gap(small, days), now=NOW)
    assert versions() == [(1, VersionStatus.RETIRED), (2, VersionStatus.RETIRED), (3, VersionStatus.ACTIVE)]


def test_changed_entries_are_updated_and_read_again(small: Catalogue) -> None:
    load(small, now=NOW)
    assert shared_catalogue().policy("AGE_MINIMUM") == 18
    first, *policies = small.shared.policies
    claims = (replace(small.shared.claims[0], code="MN_NEW"), *small.shared.claims[1:])
    older = replace(first, value=first.value + 1)

    report = load(
        replace(small, shared=SharedCatalogue(policies=(older, *policies), claims=claims)),
        now=NOW,
    )

    assert report == LoadReport(
        entries_added=("claims/MN_NEW",),
        entries_changed=("policies/AGE_MINIMUM",),
        entries_removed=("claims/MN_COLLAGEN",),
    )
    assert shared_catalogue().policy("AGE_MINIMUM") == 19


def test_confirmed_values_stay_confirmed_and_new_ones_switch_the_protocol_off(small: Catalogue) -> None:
    load(small, now=NOW)
    protocol = Protocol.objects.get()
    confirm_all(protocol, User.objects.create(email="amina@example.org"))

    report = load(with_stale_gap(small, 90), now=NOW)

    protocol.refresh_from_db()
    new = protocol.versions.active().get()
    confirmed = set(new.value_checks.values_list("path", flat=True))
    assert {located.path for located in new.content.values_to_check()} - confirmed == {"stale"}
    assert (report.switched_off, protocol.is_on) == (("MN_WRINKLE",), False)


def test_version_of_the_clinic_is_not_replaced(small: Catalogue) -> None:
    load(small, now=NOW)
    own = activate_own_version(ProtocolVersion.objects.get(), User.objects.create(email="amina@example.org"))

    assert load(small, now=NOW) == LoadReport()
    report = load(with_stale_gap(small, 90), now=NOW)

    assert report == LoadReport(drafts=("MN_WRINKLE",))
    assert versions() == [(1, "retired"), (2, "active"), (3, "draft")]
    assert ProtocolVersion.objects.active().get() == own


def test_report_speaks_in_sentences() -> None:
    assert LoadReport().sentences == ("nothing changed",)
    many = tuple("ABCDEFG")
    assert LoadReport(new_versions=("MN_REJUV",), entries_removed=many).sentences == (
        "new version of MN_REJUV",
        "removed 7 entries: A, B, C, D, E …",
    )


def confirm_all(protocol: Protocol, clinician: User) -> None:
    version = protocol.versions.active().get()
    ValueCheck.objects.bulk_create(
        ValueCheck(protocol_version=version, path=located.path, checked_at=NOW, checked_by=clinician)
        for located in version.content.values_to_check()
    )
    protocol.is_on = True
    protocol.save()


def activate_own_version(shipped: ProtocolVersion, clinician: User) -> ProtocolVersion:
    ProtocolVersion.objects.filter(pk=shipped.pk).update(status=VersionStatus.RETIRED)
    return ProtocolVersion.objects.create(
        protocol=shipped.protocol,
        number=2,
        status=VersionStatus.ACTIVE,
        definition=shipped.definition,
        checksum="its own",
        created_at=NOW,
        created_by=clinician,
    )
