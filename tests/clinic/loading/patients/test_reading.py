"""Cells and columns: kind to what spreadsheets write, clear about what cannot be meant."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.loading.findings import FileRefused
from clinic.loading.patients.dates import NotADate, Order, order_of, read_date
from clinic.loading.patients.export import safe_csv
from clinic.loading.patients.headers import columns_of
from clinic.loading.patients.reading import read_sheet
from clinic.loading.patients.values import NotUsable, read_language, read_name, read_phone, split_name

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ("Vorname;NACHNAME;Geb. Datum;Handy", ["given_name", "family_name", "born_on", "phone"]),
        ("First_Name;Surname;DOB;E-Mail*", ["given_name", "family_name", "born_on", "email"]),
        ("Prénom;Nom;Date de naissance;Courriel", ["given_name", "family_name", "born_on", "email"]),
        ("Nombre;Apellidos;Fecha de nacimiento;Móvil", ["given_name", "family_name", "born_on", "phone"]),
        ("Adı;Soyadı;Doğum tarihi;E-posta", ["given_name", "family_name", "born_on", "email"]),
        ("姓名;出生日期;手机;邮箱", ["full_name", "born_on", "phone", "email"]),
    ],
)
def test_headers_are_known_in_six_languages(headers: str, found: list[str]) -> None:
    columns = columns_of(headers.split(";"))
    assert {place: field for field, places in columns.places.items() for place in places} == dict(
        enumerate(found)
    )
    assert columns.unknown == ()


def test_mobile_is_preferred_to_a_landline() -> None:
    assert columns_of(["Festnetz", "Telefon", "Mobil"]).places == {"phone": (2, 1, 0)}


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter"),
    [
        ("Vorname;Nachname\nJürgen;Groß\n".encode(), "utf-8", "semicolon"),
        ("\ufeffVorname,Nachname\r\nJürgen,Groß\r\n".encode(), "utf-8", "comma"),
        ("Vorname\tNachname\nJürgen\tGroß\n".encode("cp1252"), "cp1252", "tab"),
        ("Vorname\tNachname\nJürgen\tGroß\n".encode("utf-16"), "utf-16", "tab"),
    ],
)
def test_encoding_and_delimiter_are_found_out(text: bytes, encoding: str, delimiter: str) -> None:
    sheet = read_sheet(text, file="p.csv")
    assert (sheet.encoding, sheet.delimiter) == (encoding, delimiter)
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ("Jürgen", "Groß"))]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    sheet = read_sheet(b'First name,Surname,Note\nA,B,"two\nlines"\n\n,,\nC,D,\n', file="p.csv")
    assert [row.number for row in sheet.rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (b"", "the file: is empty; the first row must name the columns."),
        (b"Vorname,Nachname\n", "the file: has no rows under the first one."),
        (
            b"Vorname,Tel\nA,1\n",
            "the first row: there is no column for the family name; it says Vorname, Tel.",
        ),
        (b'Vorname,Nachname\n"A,B\n', "the file: breaks off at line 2: unexpected end of data."),
        (
            b"Vorname,Nachname\n\x81,B\n",
            "the file: is not text in UTF-8 or Windows-1252; save it as “CSV UTF-8”.",
        ),
    ],
)
def test_file_that_cannot_be_read_says_why(data: bytes, finding: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_sheet(data, file="p.csv")
    assert [str(one) for one in refused.value.findings] == [finding]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("14.03.1988", Order.MONTH_FIRST, date(1988, 3, 14)),
        ("4. 3. 1988", Order.DAY_FIRST, date(1988, 3, 4)),
        ("1988-03-14", Order.DAY_FIRST, date(1988, 3, 14)),
        ("1988-03-14 00:00:00", Order.DAY_FIRST, date(1988, 3, 14)),
        ("19880314", Order.DAY_FIRST, date(1988, 3, 14)),
        ("1988年3月14日", Order.DAY_FIRST, date(1988, 3, 14)),
        ("03/04/1988", Order.DAY_FIRST, date(1988, 4, 3)),
        ("03/04/1988", Order.MONTH_FIRST, date(1988, 3, 4)),
        ("", Order.DAY_FIRST, None),
    ],
)
def test_dates_of_common_forms_are_read(text: str, order: Order, day: date | None) -> None:
    assert read_date(text, order, TODAY) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("31.02.1988", "'31.02.1988' is not a day of the calendar."),
        ("14.03.88", "'14.03.88' has a year of two digits; write all four."),
        (
            "32216",
            "'32216' is a spreadsheet's number for a day; format the column as a date and export again.",
        ),
        ("04.03.2026", "'04.03.2026' cannot be a date of birth: it is in the future."),
        ("14.03.1888", "'14.03.1888' cannot be a date of birth: it is before 1900."),
        ("spring 1988", "'spring 1988' is not a date; write it like 31.12.1980 or 1980-12-31."),
    ],
)
def test_dates_that_cannot_be_meant_say_the_cure(text: str, sentence: str) -> None:
    with pytest.raises(NotADate, match=r".*") as refused:
        read_date(text, Order.DAY_FIRST, TODAY)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("cells", "country", "order"),
    [
        (["03/04/1988"], "DE", Order.DAY_FIRST),
        (["03/04/1988"], "US", Order.MONTH_FIRST),
        (["03/04/1988", "12/25/1990"], "DE", Order.MONTH_FIRST),
        (["03/04/1988", "25/12/1990"], "US", Order.DAY_FIRST),
        (["25/12/1990", "12/25/1990"], "DE", Order.DAY_FIRST),
        (["25.12.1990"], "US", Order.MONTH_FIRST),
    ],
)
def test_slashed_dates_follow_the_column_and_then_the_country(
    cells: list[str], country: str, order: Order
) -> None:
    assert order_of(cells, country) is order


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("0171 39200-12", "DE", "+491713920012"),
        ("0049 (0)171/3920012", "DE", "+491713920012"),
        ("1713920012", "DE", "+491713920012"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+49 171 3920012", "US", "+491713920012"),
        ("k.A.", "DE", ""),
    ],
)
def test_phones_become_international(text: str, country: str, number: str) -> None:
    assert read_phone(text, country) == number


@pytest.mark.parametrize("text", ["4,91714E+11", "12", "call first", "0171 3920012 / 030 23125100"])
def test_phones_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(NotUsable):
        read_phone(text, "DE")


def test_languages_by_code_and_by_name() -> None:
    cells = ["de-AT", "Allemand", "türkçe", "zh_CN", "中文", "Polish", ""]
    assert [read_language(cell) for cell in cells] == ["de", "de", "tr", "zh-hans", "zh-hans", None, None]


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "12345", "+49"])
def test_name_that_is_a_formula_or_a_number_is_refused(text: str) -> None:
    with pytest.raises(NotUsable):
        read_name(text)


def test_whole_names_are_divided() -> None:
    assert [split_name(one) for one in ("Demir, Leyla", "Leyla Sofia Demir", "王小明")] == [
        ("Leyla", "Demir"),
        ("Leyla Sofia", "Demir"),
        ("小明", "王"),
    ]


def test_export_is_no_formula_and_comes_back_as_it_was() -> None:
    text = safe_csv(["Vorname", "Nachname", "Telefon"], [["=cmd|' /C calc'!A0", "-Meyer", "+49 30 1"]])
    assert text == "Vorname,Nachname,Telefon\r\n'=cmd|' /C calc'!A0,'-Meyer,'+49 30 1\r\n"
    (row,) = read_sheet(text.encode(), file="p.csv").rows
    assert [row.cell(place) for place in range(3)] == ["=cmd|' /C calc'!A0", "-Meyer", "+49 30 1"]
