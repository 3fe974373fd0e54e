"""A clinic file: read strictly, every finding at once, each with its key and its cure."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from clinic.loading.clinic_file import notes, read_clinic
from clinic.loading.findings import FileRefused
from clinic.timekeeping import WeeklyWindow

DEMO = Path("bookings/demo/clinic.toml")
SMALL = """
[[locations]]
slug = "riverside"
name = "Riverside"
zone = "Europe/Berlin"
country = "DE"
subdivision = "BE"
phone = "030 23125 100"
hours = { mon-fri = "08:00-20:00" }
"""


def findings_of(text: str) -> list[str]:
    """The findings of a file that must be refused."""
    with pytest.raises(FileRefused) as refused:
        read_clinic(text)
    return [str(finding) for finding in refused.value.findings]


def test_file_of_the_demo_reads_without_a_remark() -> None:
    clinic = read_clinic(DEMO.read_text(encoding="utf-8"))
    assert [location.slug for location in clinic.locations] == ["riverside", "hudson"]
    assert sum(len(location.rooms) for location in clinic.locations) == 8
    assert (len(clinic.practitioners), len(clinic.devices)) == (6, 5)
    assert list(notes(clinic)) == []


def test_location_gets_defaults_for_what_is_not_written() -> None:
    (location,) = read_clinic(SMALL).locations
    assert location.columns == {
        "name": "Riverside",
        "message_name": "Riverside",
        "zone": "Europe/Berlin",
        "country": "DE",
        "subdivision": "BE",
        "language": "en",
        "phone": "+493023125100",
        "email": "",
        "address": "",
        "emergency_number": "112",
    }
    assert location.keeps_holidays
    assert location.settings["quiet_from"] == time(21)


def test_hours_accept_spans_lists_and_several_windows() -> None:
    text = SMALL.replace(
        'mon-fri = "08:00-20:00"',
        'mon = "08:00-12:00, 13:00-24:00", "tue,thu" = "9:00-10:00", sat-sun = "10:00–12:00"',
    )
    assert read_clinic(text).locations[0].hours == (
        WeeklyWindow(0, time(8), time(12)),
        WeeklyWindow(0, time(13), time(0)),
        WeeklyWindow(1, time(9), time(10)),
        WeeklyWindow(3, time(9), time(10)),
        WeeklyWindow(5, time(10), time(12)),
        WeeklyWindow(6, time(10), time(12)),
    )


def test_every_finding_is_named_at_once() -> None:
    text = """
    colour = "blue"
    [[locations]]
    slug = "River side"
    name = "River"
    zone = "Europe/Berln"
    country = "Germany"
    phone = "12"
    holidays = "yes"
    hours = { mon-fri = "8-12", sax = "09:00-10:00", tue = "10:00-09:00", wed = "09:00-12:00, 11:00-13:00" }
    [locations.settings]
    slot_minutes = 7
    quiet_hours = "late"
    [[devices]]
    model = "nope"
    serial = "1"
    name = "Pen"
    [[practitioners]]
    name = "Jana"
    qualification = "rx"
    email = "foo"
    colour = 6
    certificates = { needlng = true }
    [practitioners.hours.riversid]
    mon = "09:00-10:00"
    """
    assert findings_of(text) == [
        "locations[1].slug: 'River side' must be lower-case letters, digits and hyphens, like riverside-2.",
        "locations[1].country: 'GERMANY' is not a country; write its two letters, like DE or US.",
        "locations[1].zone: 'Europe/Berln' is not a time zone; write it like Europe/Berlin.",
        "locations[1].phone: '12' is not a telephone number of any country.",
        "locations[1].holidays: 'yes' must be true or false.",
        "locations[1].settings.quiet_hours: 'late' is not a stretch of time; write it like 21:00-08:00.",
        "locations[1].settings.slot_minutes: 7 does not fit; choose from 5, 10, 15, 20, 30, 60.",
        "locations[1].hours.mon-fri: '8-12' is not a stretch of time; write it like 08:00-12:00.",
        "locations[1].hours.sax: 'sax' is not a weekday; "
        "write mon, tue, wed, thu, fri, sat, sun, or a span like mon-fri.",
        "locations[1].hours.tue: '10:00-09:00' ends before it begins.",
        "locations[1].hours: Wednesday 09:00–12:00 and Wednesday 11:00–13:00 overlap.",
        'devices[1].locations: is missing; write the slugs, like ["riverside"].',
        "practitioners[1].email: 'foo' is not an e-mail address.",
        "practitioners[1].qualification: 'rx' is not a qualification; write RX.",
        "practitioners[1].certificates.needlng: is not a certificate; choose from needling, device, lipolysis.",
        "practitioners[1].colour: 6 must be between 1 and 5.",
        "colour: is not known here; choose from device_models, devices, locations, practitioners, staff.",
        "devices[1].model: 'nope' is not a device model; choose from none.",
        "practitioners[1].hours: 'riversid' is not a location of this file; choose from River side.",
    ]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (('zone = "Europe/Berlin"', ""), "locations[1].zone: is missing; it must be a text in quotes."),
        (('zone = "Europe/Berlin"', "zone = 1"), "locations[1].zone: 1 must be a text in quotes."),
        (
            ('subdivision = "BE"', 'subdivision = "XX"'),
            "locations[1].subdivision: 'XX' is not known in DE; choose from ",
        ),
        (('name = "Riverside"', 'name = ""'), "locations[1].name: is empty."),
        (
            ('slug = "riverside"', 'slug = "riverside"\nzon = "x"'),
            "locations[1].zon: is not known here; write zone.",
        ),
    ],
)
def test_single_mistake_gives_a_single_finding(change: tuple[str, str], finding: str) -> None:
    found = findings_of(SMALL.replace(*change))
    assert len(found) == 1
    assert found[0].startswith(finding)


def test_same_name_twice_is_refused() -> None:
    assert findings_of(SMALL + SMALL) == [
        "locations: slug 'riverside' is written 2 times; it must name one thing."
    ]


def test_text_that_is_not_toml_names_the_line() -> None:
    with pytest.raises(FileRefused) as refused:
        read_clinic("[[locations]\n", file="berlin.toml")
    assert str(refused.value).startswith(
        "berlin.toml was not loaded: one thing has to be repaired first.\n  the file: is not TOML: "
    )


def test_hours_outside_the_opening_hours_are_a_note() -> None:
    text = (
        SMALL
        + '[[practitioners]]\nname = "Jana"\nqualification = "RX"\nhours.riverside = { mon = "07:00-12:00" }\n'
    )
    assert list(notes(read_clinic(text))) == [
        "Jana works Monday 07:00–12:00 at riverside, partly outside its opening hours; nobody can be booked then."
    ]
