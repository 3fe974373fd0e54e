"""The validator: every planted mistake is named by file and key, and all of them at once."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from treatments.catalogue import Catalogue, Finding, read_catalogue, validate
from treatments.catalogue.layout import FOLDER


class Mistake(NamedTuple):
    """In `file`, the first `old` becomes `new`; the validator says `sentence` at `key`."""

    file: str
    old: str
    new: str
    key: str
    sentence: str


MISTAKES = (
    # unknown codes
    Mistake(
        "zones/touching_zones.toml",
        '"F_GLABELLA"',
        '"F_GLABELA"',
        "BROW/zones",
        "'F_GLABELA' is not among the zones",
    ),
    Mistake(
        "recovery/schedule.toml",
        '"Q_AFTER"',
        '"Q_AFTRE"',
        "CG_MN.C1/questions",
        "'Q_AFTRE' is not among the questions",
    ),
    Mistake(
        "recovery/questions.toml",
        'flags = ["FL_PUS"]',
        'flags = ["FL_PUSS"]',
        "Q_PUS/flags",
        "'FL_PUSS' is not among the red flags or screening",
    ),
    Mistake(
        "reminders/pretreatment.toml",
        '"RETINOL_OTC"]',
        '"RETINOL"]',
        "P_5/screening_items",
        "'RETINOL' is not among the screening",
    ),
    Mistake(
        "outcomes/scale_use.toml",
        '["GB_QUAL"]',
        '["GB_QUALI"]',
        "ACNE_SCARS/primary",
        "'GB_QUALI' is not among the scales",
    ),
    Mistake(
        "plans/concerns.toml",
        'first_choice = "MN_STRIAE"',
        'first_choice = "MN_STRIA"',
        "STRETCH_MARKS/first_choice",
        "'MN_STRIA' is not among the protocols",
    ),
    Mistake(
        "screening/items.toml",
        'answer = "intoxicated"',
        'answer = "drunk"',
        "ALCOHOL/choices",
        "'drunk' is no answer of this item",
    ),
    Mistake(
        "protocols/RFMN_SCAR.toml",
        'device_kind = "EQ_RF"',
        'device_kind = "EQ_PEN"',
        "device_kind",
        "EQ_PEN is not equipment of RFMN",
    ),
    # impossible ranges
    Mistake(
        "zones/zones.toml",
        "low = 0.50, high = 1.00, soft = 1.50, cap = 2.00",
        "low = 0.50, high = 1.00, soft = 2.50, cap = 2.00",
        "F_FOREHEAD/needle/soft",
        "soft 2.50 is more than cap 2.00",
    ),
    Mistake(
        "protocols/MN_WRINKLE.toml",
        "ideal_days = 30",
        "ideal_days = 50",
        "steps/2-6/ideal_days",
        "ideal_days 50 is more than max_days 42",
    ),
    Mistake(
        "protocols/MN_PIGMENT.toml",
        "typical = 4",
        "typical = 7",
        "sessions/typical",
        "typical 7 is more than maximum 6",
    ),
    Mistake(
        "screening/items.toml",
        "hard_days = 180\nadvise_days = 365",
        "hard_days = 366\nadvise_days = 365",
        "CHEMO_RT/hard_days",
        "hard_days 366 is more than advise_days 365",
    ),
    Mistake(
        "recovery/envelope.toml",
        "[7, 6, 5, 3, 2, 1, 1, 0, 0, 0, 0]",
        "[7, 6, 5, 13, 2, 1, 1, 0, 0, 0, 0]",
        "CG_MN.erythema",
        "score 13 is not within 0 and 10",
    ),
    Mistake(
        "zones/depth_intervals.toml",
        "depth_from_mm = 1.01",
        "depth_from_mm = 1.00",
        "UP_TO_2_0/depth_from_mm",
        "overlaps UP_TO_1_0",
    ),
    Mistake(
        "protocols/MN_STRIAE.toml",
        "slot = 120",
        "slot = 115",
        "minutes/slot",
        "the parts add up to 120, not to 115",
    ),
    Mistake(
        "protocols/MS_HAIR.toml",
        "session_from = 5",
        "session_from = 6",
        "steps/6-6",
        "should begin before session 5",
    ),
    Mistake(
        "protocols/MS_REJUV.toml",
        "days = 42",
        "days = 20",
        "stale/days",
        "20 is within the longest gap of 21",
    ),
    Mistake(
        "protocols/MS_LIPO_BODY.toml",
        "minutes = 20",
        "minutes = 25",
        "observation/minutes",
        "does not fit into post",
    ),
    # symmetry
    Mistake(
        "washouts/after.toml",
        "min_days = { MN = 28, RFMN = 42, MS = 14, LIPO = 28 }",
        "min_days = { MN = 28, RFMN = 28, MS = 14, LIPO = 28 }",
        "LIPO/min_days/RFMN",
        "28 days after RFMN, but washouts/before.toml says 42",
    ),
    # sources and grades
    Mistake(
        "consents/retention.toml",
        'source = "aestheticsunlocked"',
        'source = ""',
        "MEDICAL_HISTORY/source",
        "has no source",
    ),
    Mistake(
        "people/roles.toml",
        'grade = "D"',
        'grade = "Z"',
        "DOC/grade",
        "'Z' is an unknown grade; known are A, B, C, R, S, CP, D",
    ),
    Mistake(
        "outcomes/responders.toml",
        'source = "own derivation"\n',
        "",
        "GB_QUAL/source",
        "is missing",
    ),
    Mistake(
        "zones/endpoints.toml",
        'grade = "CP"',
        'grade = "CP"\nneeds_check = false',
        "UP_TO_0_50/needs_check",
        "says false, but grade 'CP' decides it",
    ),
    # shape
    Mistake(
        "policies/policies.toml",
        "value = 18",
        'value = "eighteen"',
        "AGE_MINIMUM/value",
        "should be a decimal number, not 'eighteen'",
    ),
    Mistake(
        "products/serums.toml",
        "after_hours = 72",
        'after_hours = "72"',
        "VITAMIN_C/after_hours",
        "should be a whole number, not '72'",
    ),
    Mistake(
        "outcomes/photo_views.toml",
        'label = "front"',
        'label = "front"\nlabels = "front"',
        "FRONT/labels",
        "is not a known field",
    ),
    # texts
    Mistake(
        "aftercare/messages.toml",
        "This is expected.",
        "This is guaranteed.",
        "A_MN_00/text",
        "promises: 'guaranteed'",
    ),
    Mistake(
        "reminders/pretreatment.toml",
        "See you soon.",
        "See you soon." * 30,
        "P_2HR/text",
        "is longer than 306 characters for an SMS",
    ),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files."""
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "*.md", "__pycache__"))
    return copy


def plant(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} no longer says {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def found_in(folder: Path) -> list[str]:
    return [str(finding) for finding in validate(read_catalogue(folder))]


def test_shipped_catalogue_has_no_mistakes(catalogue: Catalogue) -> None:
    assert validate(catalogue) == []


def test_validator_names_every_planted_mistake_at_once(folder: Path) -> None:
    for mistake in MISTAKES:
        plant(folder, mistake.file, mistake.old, mistake.new)

    expected = {f"{one.file}: {one.key}: {one.sentence}" for one in MISTAKES}
    found = set(found_in(folder))

    assert found == expected


def test_validator_names_a_missing_file(folder: Path) -> None:
    (folder / "education/claims.toml").unlink()
    assert found_in(folder) == ["education/claims.toml: (file): is missing"]


def test_validator_names_a_missing_protocol(folder: Path) -> None:
    (folder / "protocols/MN_SCALP.toml").unlink()
    found = found_in(folder)
    assert "protocols/MN_SCALP.toml: (file): is missing" in found
    assert "plans/concerns.toml: HAIR_THINNING/alternatives: 'MN_SCALP' is not among the protocols" in found


def test_validator_names_a_code_that_is_given_twice(folder: Path) -> None:
    plant(folder, "policies/policies.toml", "[AGE_MN_LABEL]", "[AGE_MINIMUM]")
    (found,) = found_in(folder)
    assert found.startswith("policies/policies.toml: AGE_MINIMUM: is not readable: Cannot declare")


def test_validator_names_a_protocol_that_is_given_twice(folder: Path) -> None:
    shutil.copy(folder / "protocols/MN_REJUV.toml", folder / "protocols/MN_REJUV_2.toml")
    assert found_in(folder) == [
        "protocols/MN_REJUV.toml: code: MN_REJUV is given 2 times",
        "protocols/MN_REJUV_2.toml: code: MN_REJUV is not the file's name",
    ]


def test_validator_names_a_protocol_without_aftercare_and_checks(folder: Path) -> None:
    for name in ("aftercare/messages.toml", "recovery/schedule.toml"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(_without(text, "CG_MS_BODY"), encoding="utf-8")

    assert found_in(folder) == [
        "protocols/MS_CELLULITE.toml: aftercare: has no aftercare messages",
        "protocols/MS_CELLULITE.toml: checks: has no recovery checks",
    ]


def test_validator_reads_files_that_are_not_toml(folder: Path) -> None:
    (folder / "zones/rf_hints.toml").write_text("[NECK\n", encoding="utf-8")
    (folder / "zones/endpoints.toml").write_bytes(b"# \xff\n")
    assert [one.split(": is not")[0] for one in found_in(folder)] == [
        "zones/endpoints.toml: (file)",
        "zones/rf_hints.toml: (file)",
    ]


def test_findings_are_sorted_by_file() -> None:
    late, early = (Finding(file=file, key="x", sentence="y") for file in ("b", "a"))
    assert sorted([late, early]) == [early, late]


def _without(text: str, care_group: str) -> str:
    tables = text.split("\n\n")
    return "\n\n".join(
        table
        for table in tables
        if f'care_group = "{care_group}"' not in table and f"[{care_group}." not in table
    )
