"""Importing patients: a report by row, all or nothing, the same file twice without harm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic.loading.patients.importing import Duplicates, import_patients
from clinic.loading.patients.report import ImportReport, Outcome
from clinic.models import Location, Patient
from tests.factories import LocationFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TIDY = """Telefon;Nachname;Vorname;Geburtsdatum;E-Mail;Sprache;Kundennr.
0171 3920011;Demir;Leyla;14.03.1988;Leyla@Example.org;Türkisch;17
;Groß;Jürgen;1970-12-01;j.gross@example.org;;18
0171 3920013;Nowak;Ola;;;polnisch;19
"""
MESSY = """Vorname,Nachname,DOB,Mobile,Email,Channel
Leyla,Demir,14.03.1988,0171 3920011,leyla@example.org,sms
leyla,DEMIR,14.03.1988,0171 3920012,,
Ben,Demir,02.05.2001,0171 3920011,,
,Weber,31.02.1980,12,nobody,pigeon
=1+1,Roth,,,,
Ana,Sol,,,,,surprise
Leyla,Demir,14.03.1988,0171 3920011,leyla@example.org,sms
"""


@pytest.fixture
def riverside() -> Location:
    """A place in Berlin."""
    return LocationFactory(slug="riverside")


def run(text: str, at: Location, **options: object) -> ImportReport:
    """Imports a text."""
    return import_patients(text.encode(), file="p.csv", location=at, by=None, now=NOW, **options)  # type: ignore[arg-type]


def test_tidy_file_is_registered(riverside: Location) -> None:
    report = run(TIDY, riverside)
    assert report.lines() == [
        "note: read as utf-8, columns divided by semicolon",
        "note: the column 'Kundennr.' is not known and was left out",
        "row 4: new\n    'polnisch' is no language of our messages; they will be in en.",
        "3 new",
        "p.csv was imported.",
    ]
    rows = Patient.objects.at(riverside).values_list(
        "given_name", "family_name", "born_on", "phone", "email", "language", "preferred_channel"
    )
    assert list(rows) == [
        ("Leyla", "Demir", date(1988, 3, 14), "+491713920011", "Leyla@example.org", "tr", "sms"),
        ("Jürgen", "Groß", date(1970, 12, 1), "", "j.gross@example.org", "en", "email"),
        ("Ola", "Nowak", None, "+491713920013", "", "en", "sms"),
    ]
    assert Patient.objects.matching("gross 1970").count() == 1


def test_same_file_again_is_skipped(riverside: Location) -> None:
    run(TIDY, riverside)
    report = run(TIDY, riverside)
    assert report.summary() == ["3 known already, left as they are", "p.csv was imported."]
    assert Patient.objects.count() == 3


def test_dry_run_reports_and_writes_nothing(riverside: Location) -> None:
    assert run(TIDY, riverside, dry_run=True).summary() == [
        "3 new",
        "This was a dry run: nothing has been written.",
    ]
    assert not Patient.objects.exists()


def test_messy_file_is_refused_row_by_row(riverside: Location) -> None:
    assert run(MESSY, riverside).lines() == [
        "note: read as utf-8, columns divided by comma",
        "row 3: duplicate\n    same name and date of birth as row 2",
        "row 4: duplicate\n    same phone as row 2",
        "row 5: wrong\n    there is no given name.\n    DOB: '31.02.1980' is not a day of the calendar.\n"
        "    Mobile: '12' is not a telephone number; write it like +49 30 23125100.\n"
        "    Email: 'nobody' is not an e-mail address.\n"
        "    Channel: 'pigeon' is not a way to reach somebody; write SMS or e-mail.",
        "row 6: wrong\n    Vorname: '=1+1' is not a name.",
        "row 7: wrong\n    has 7 cells under 6 headers; a delimiter inside a cell needs quotes around the cell.",
        "row 8: duplicate\n    the same as row 2\n    same name and date of birth as row 3\n    same phone as row 4",
        "1 new, 3 to be decided: perhaps known already, 3 to be repaired",
        "p.csv was not imported; nothing has changed.",
    ]
    assert not Patient.objects.exists()


def without_the_wrong_rows() -> str:
    """The messy file with its duplicates only."""
    lines = MESSY.splitlines()
    return "\n".join([*lines[:4], lines[7]])


def test_duplicates_can_be_left_out(riverside: Location) -> None:
    report = run(without_the_wrong_rows(), riverside, duplicates=Duplicates.SKIP)
    assert report.summary() == ["1 new, 3 left out as duplicates", "p.csv was imported."]


def test_family_that_shares_a_phone_can_be_kept(riverside: Location) -> None:
    report = run(without_the_wrong_rows(), riverside, duplicates=Duplicates.KEEP)
    assert [row.outcome for row in report.rows] == [
        Outcome.NEW,
        Outcome.SKIPPED,
        Outcome.NEW,
        Outcome.SKIPPED,
    ]
    assert list(Patient.objects.values_list("given_name", flat=True).order_by("pk")) == ["Leyla", "Ben"]


def test_changed_details_of_a_known_patient_wait_for_a_decision(riverside: Location) -> None:
    run(TIDY, riverside)
    (leyla,) = Patient.objects.filter(given_name="Leyla")
    report = run("Vorname;Nachname;DOB;Tel\nLeyla;Demir;14.03.1988;0171 3920099\n", riverside)
    assert [str(row) for row in report.rows] == [
        f"row 2: duplicate\n    same name and date of birth as patient {leyla.pk}"
    ]


def test_person_known_elsewhere_is_registered_here_too(riverside: Location) -> None:
    hudson = LocationFactory(slug="hudson")
    run(TIDY, hudson)
    report = run(TIDY, riverside)
    assert report.counts == {Outcome.REGISTERED: 2, Outcome.NEW: 1}
    leyla = Patient.objects.get(given_name="Leyla")
    homes = leyla.registrations.order_by("pk").values_list("location__slug", "is_home")
    assert list(homes) == [("hudson", True), ("riverside", False)]


def test_phone_known_at_another_location_only_is_not_told(riverside: Location) -> None:
    run(TIDY, LocationFactory(slug="hudson"))
    report = run("Vorname,Nachname,Mobil\nBen,Demir,0171 3920011\n", riverside)
    assert [row.outcome for row in report.rows] == [Outcome.NEW]


def test_failure_in_the_middle_undoes_all(riverside: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the second write")

    monkeypatch.setattr("clinic.actions.patients.Registration.objects.bulk_create", break_down)
    with pytest.raises(RuntimeError):
        run(TIDY, riverside)
    assert not Patient.objects.exists()


def test_command_prints_the_report_and_writes_a_safe_copy(
    riverside: Location, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.csv").write_text(MESSY)
    report = tmp_path / "report.csv"
    with pytest.raises(CommandError, match=r"p\.csv was not imported; nothing has changed\."):
        call_command("import_patients", str(tmp_path / "p.csv"), location="riverside", report=report)
    assert "row 6: wrong" in capsys.readouterr().out
    assert report.read_text(encoding="utf-8-sig").splitlines()[:3] == [
        "row,outcome,why",
        "2,new,",
        "3,duplicate,same name and date of birth as row 2",
    ]


def test_command_names_the_locations_it_knows(riverside: Location, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("import_patients", str(tmp_path / "none.csv"), location="riversid")
    assert str(refused.value) == "'riversid' is not a location; choose from riverside."
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_patients", str(tmp_path / "none.csv"), location="riverside")
