"""The design system without a browser: colours that can be read, components that say what they are."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation

from clinic.forms import RadioCards, ScaleField
from clinic.icons import ICONS
from clinic.ribbon import Ribbon, RibbonSession
from clinic.templatetags import clinictime
from clinic.web.styleguide import PAGES, samples
from clinic.words import DEMO_LOGINS

STATIC = settings.BASE_DIR / "clinic" / "static" / "clinic"
TEMPLATES = [
    path
    for app in ("clinic", "treatments", "bookings")
    for path in sorted((settings.BASE_DIR / app).rglob("templates/**/*.html"))
    if path.stem != "email"  # mail programs know no stylesheets and have no content policy
]
GROUNDS = ("paper", "surface", "sunken")


def _declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): ((?:light-dark)?\(?[#\w(][^;]*);", block))


def _tokens() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    css = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    plain, _, paired = css.partition("@supports")
    fallback = _declared(plain)
    both = {name: value for name, value in _declared(paired).items() if value.startswith("light-dark")}
    split = {
        name: re.fullmatch(r"light-dark\((#\w+|rgb\([^)]*\)), (#\w+|rgb\([^)]*\))\)", v)
        for name, v in both.items()
    }
    light = {name: match[1] for name, match in split.items() if match}
    dark = {name: match[2] for name, match in split.items() if match}
    return fallback, light, dark


FALLBACK, LIGHT, DARK = _tokens()


def _linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""
    weights = (0.2126, 0.7152, 0.0722)
    light, dark = sorted(
        (sum(w * c for w, c in zip(weights, _linear(x), strict=True)) for x in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
class TestColours:
    """In both themes."""

    def test_text_reaches_four_and_a_half_to_one(self, theme: dict[str, str]) -> None:
        words = ("ink", "ink-2", "ink-3", "accent", "accent-strong", "amber", "red", "red-strong", "green")
        pairs = [(word, ground) for word in words for ground in GROUNDS]
        pairs += [(tone, f"{tone}-soft") for tone in ("accent", "amber", "red", "green")]
        pairs += [
            (word, f"{tone}-soft")
            for tone in ("accent", "amber", "red", "green")
            for word in ("ink", "ink-2")
        ]
        pairs += [
            ("accent-ink", "accent"),
            ("accent-ink", "accent-strong"),
            ("red-ink", "red"),
            ("paper", "ink"),
        ]
        low = {pair: round(_contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in pairs}
        assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}

    def test_borders_of_controls_and_practitioners_reach_three_to_one(self, theme: dict[str, str]) -> None:
        marks = ("edge", "p1", "p2", "p3", "p4", "p5", "accent", "red", "amber")
        low = {
            (mark, ground): _contrast(theme[mark], theme[ground])
            for mark in marks
            for ground in ("paper", "surface")
        }
        assert {pair: round(ratio, 2) for pair, ratio in low.items() if ratio < 3} == {}

    def test_practitioners_are_told_apart_by_colour_blind_readers(self, theme: dict[str, str]) -> None:
        for sight, matrix in SIGHTS.items():
            seen = [_lab(theme[f"p{n}"], matrix) for n in range(1, 6)]
            nearest = min(
                sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) ** 0.5 for x, y in combinations(seen, 2)
            )
            assert nearest > 0.09, sight


#: How colours look with each kind of sight (Machado, Oliveira and Fernandes 2009, severity 1.0).
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.052)),
    "deuteranopia": ((0.3673, 0.8606, -0.228), (0.2801, 0.6725, 0.0474), (-0.0118, 0.0429, 0.9689)),
    "tritanopia": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}


def _lab(colour: str, sight: tuple[tuple[float, ...], ...]) -> list[float]:
    """OKLab (Ottosson 2020) of the colour as that sight sees it."""
    rgb = [min(1.0, max(0.0, sum(m * c for m, c in zip(row, _linear(colour), strict=True)))) for row in sight]
    to_lms = ((0.4122, 0.5363, 0.0514), (0.2119, 0.6807, 0.1074), (0.0883, 0.2817, 0.63))
    to_lab = ((0.2105, 0.7936, -0.0041), (1.978, -2.4286, 0.4506), (0.0259, 0.7828, -0.8087))
    lms = [sum(m * c for m, c in zip(row, rgb, strict=True)) ** (1 / 3) for row in to_lms]
    return [sum(m * c for m, c in zip(row, lms, strict=True)) for row in to_lab]


def test_browsers_without_light_dark_get_the_light_theme() -> None:
    assert {name: value for name, value in FALLBACK.items() if name in LIGHT} == LIGHT


def _drawn(source: str, **context: object) -> str:
    return Template("{% load ui drawings clinictime shell %}" + source).render(Context(context))


def _squeezed(html: str) -> str:
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", html)).strip()


class TestComponents:
    """What each piece says to those who cannot see it."""

    def test_button_with_a_link_is_a_link(self) -> None:
        html = _drawn('{% button "Open" href="/x" %}')
        assert html == '<a class="btn" href="/x">Open</a>'

    def test_button_submits_unless_told_otherwise(self) -> None:
        assert (
            _drawn('{% button "Save" tone="primary" %}')
            == '<button class="btn btn-primary" type="submit">Save</button>'
        )

    def test_button_alone_with_an_icon_has_a_name(self) -> None:
        html = _drawn('{% button icon="plus" label="New patient" type="button" %}')
        assert 'aria-label="New patient"' in html
        assert 'aria-hidden="true"' in html

    def test_button_without_text_or_label_is_refused(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="needs a text"):
            _drawn('{% button icon="plus" %}')

    def test_button_passes_attributes_on(self) -> None:
        html = _drawn('{% button "Move" hx_get="/move/" data_dialog_open="dialog" disabled=True %}')
        assert 'hx-get="/move/"' in html
        assert 'data-dialog-open="dialog"' in html
        assert " disabled" in html

    def test_what_people_typed_is_escaped(self) -> None:
        html = _drawn(
            "{% button name %}{% badge name %}{% person name %}{% note %}{{ name }}{% endnote %}",
            name="<b>Eva</b>",
        )
        assert "<b>Eva" not in html
        assert html.count("&lt;b&gt;Eva") == 4

    def test_badge_refuses_a_tone_that_does_not_exist(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="Unknown tone"):
            _drawn('{% badge "late" tone="orange" %}')

    def test_an_unknown_icon_breaks_the_page(self) -> None:
        with pytest.raises(KeyError):
            _drawn('{% icon "unicorn" %}')

    def test_kv_writes_a_dash_for_what_is_missing_and_zero_as_zero(self) -> None:
        html = _squeezed(_drawn("{% kv pairs %}", pairs=[("Phone", ""), ("Missed", 0)]))
        assert html == '<dl class="kv"><dt>Phone</dt><dd>–</dd><dt>Missed</dt><dd>0</dd></dl>'

    def test_steps_mark_the_current_one(self) -> None:
        html = _squeezed(_drawn("{% steps names 2 %}", names=["Concern", "Protocol", "Dates"]))
        assert html.count('aria-current="step"') == 1
        assert html.index("Concern") < html.index('aria-current="step"') < html.index("Protocol")

    def test_pagination_keeps_the_rest_of_the_query(self) -> None:
        request = RequestFactory().get("/patients/", {"q": "leyla", "page": "2"})
        page = Paginator(range(50), 10).page(2)
        html = Template("{% load ui %}{% pagination page %}").render(RequestContext(request, {"page": page}))
        assert 'href="?q=leyla&amp;page=3"' in html

    def test_one_page_needs_no_pagination(self) -> None:
        page = Paginator(range(5), 10).page(1)
        assert _drawn("{% pagination page %}", page=page).strip() == ""


class Answer(forms.Form):
    """A form of three kinds of field."""

    name = forms.CharField(label="Name", help_text="As in the passport.")
    pain = ScaleField(label="Pain", ends=("none", "worst"))
    way = forms.ChoiceField(
        choices=[("sms", "SMS"), ("mail", "E-mail")], widget=RadioCards(hints={"sms": "at once"})
    )


class TestFields:
    """Label, help and error belong to their field, and what was typed stays."""

    def test_a_wrong_field_is_described_by_its_help_and_its_error(self) -> None:
        html = str(Answer({"name": ""})["name"].as_field_group())
        assert 'aria-describedby="id_name_helptext id_name_error"' in html
        assert 'id="id_name_helptext"' in html
        assert 'id="id_name_error"' in html
        assert 'aria-invalid="true"' in html

    def test_what_was_typed_stays_in_a_refused_form(self) -> None:
        assert 'value="Leyla"' in str(Answer({"name": "Leyla"})["name"].as_field_group())

    def test_choices_are_a_group_with_one_label_each(self) -> None:
        html = str(Answer()["way"].as_field_group())
        assert "<fieldset" in html
        assert "<legend" in html
        assert html.count("<label") == 2
        assert "at once" in html

    def test_a_scale_has_eleven_targets_and_words_at_its_ends(self) -> None:
        html = str(Answer({"pain": "3"})["pain"].as_field_group())
        assert html.count('type="radio"') == 11
        assert re.findall(r'value="(\d+)"[^>]*checked', html) == ["3"]
        assert "worst" in html

    def test_a_scale_answers_a_whole_number_or_nothing(self) -> None:
        class Check(forms.Form):
            itch = ScaleField(required=False)

        assert [_cleaned(Check, given) for given in ("0", "10", "")] == [0, 10, None]
        assert not Check({"itch": "11"}).is_valid()

    def test_the_error_summary_links_every_wrong_field(self) -> None:
        html = _drawn("{% error_summary form %}", form=Answer({"name": ""}))
        assert re.findall(r'href="#([\w-]+)"', html) == ["id_name", "id_pain_0", "id_way_0"]
        assert 'role="alert"' in html

    def test_a_form_that_is_right_has_no_summary(self) -> None:
        assert _drawn("{% error_summary form %}", form=Answer()).strip() == ""


def _cleaned(form: type[forms.Form], given: str) -> int | None:
    bound = form({"itch": given})
    assert bound.is_valid()
    answer: int | None = bound.cleaned_data["itch"]
    return answer


class TestDrawings:
    """The drawings in words."""

    SERIES = Ribbon(
        sessions=[
            RibbonSession(number=1, performed_on=date(2026, 10, 19)),
            RibbonSession(
                number=2,
                earliest=date(2026, 11, 16),
                ideal=date(2026, 11, 16),
                latest=date(2026, 11, 30),
                booked_on=date(2026, 11, 18),
            ),
        ],
        today=date(2026, 11, 17),
        title="Acne scars",
    )

    def test_ribbon_says_what_it_shows(self) -> None:
        html = _squeezed(_drawn("{% ribbon series %}", series=self.SERIES))
        assert "<title>Acne scars: series of 2 sessions, 1 done, 1 booked</title>" in html
        assert "Session 2 booked Wed 18 Nov 2026, due window Mon 16 Nov to Mon 30 Nov 2026, +2 d from" in html
        assert 'role="img"' in html

    def test_ribbon_on_a_card_counts_in_words_and_figures(self) -> None:
        html = _drawn('{% ribbon series size="card" current=2 %}', series=self.SERIES)
        assert "1 done, 1 booked" in html
        assert "2/2" in html

    def test_ribbon_on_the_phone_is_a_list_without_drift(self) -> None:
        html = _drawn('{% ribbon series size="phone" %}', series=self.SERIES)
        assert html.count("<li") == 2
        assert "+2 d" not in html

    def test_a_size_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(TemplateSyntaxError, match="Unknown size"):
            _drawn('{% ribbon series size="huge" %}', series=self.SERIES)

    def test_curve_has_its_answers_in_a_table(self) -> None:
        html = _drawn("{% recovery_curve curve %}", curve=samples()["curve"])
        assert html.count("<tr>") == 7
        assert "no answer" in html
        assert "red flag" in html


class TestTimes:
    """Always with the weekday, in the active zone, in the reader's language."""

    NINE = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)

    def test_instants_are_written_in_the_active_zone(self) -> None:
        with timezone.override("Europe/Berlin"):
            assert clinictime.day_clock(self.NINE) == "Sat 21 Nov, 9:30"
            assert clinictime.until(self.NINE, self.NINE + timedelta(minutes=90)) == "9:30–11:00"

    def test_days_are_written_in_the_readers_language(self) -> None:
        with translation.override("de"):
            assert clinictime.day_long(date(2026, 11, 21)) == "Samstag, 21. November"

    @pytest.mark.parametrize(
        ("length", "words"),
        [(45, "45 min"), (60, "1 h"), (timedelta(minutes=95), "1 h 35 min"), (timedelta(days=2), "2 days")],
    )
    def test_lengths_are_written_with_units(self, length: int | timedelta, words: str) -> None:
        assert clinictime.minutes(length) == words

    def test_drift_has_a_sign(self) -> None:
        assert [clinictime.signed_days(days) for days in (2, -1, 0, None)] == ["+2 d", "−1 d", "0 d", ""]

    def test_nothing_is_written_for_no_time(self) -> None:
        assert [
            clinictime.day(None),
            clinictime.clock(None),
            clinictime.day_clock(None),
            clinictime.minutes(None),
        ] == [""] * 4


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
class TestTemplates:
    """Rules that every template of the project keeps."""

    def test_nothing_inline_that_the_content_policy_refuses(self, path: Path) -> None:
        html = path.read_text(encoding="utf-8")
        assert re.findall(r"\sstyle=|\son[a-z]+=\"|<style|javascript:|\shx-on", html) == []
        assert [
            tag
            for tag in re.findall(r"<script[^>]*>", html)
            if "src=" not in tag and "application/json" not in tag
        ] == []

    def test_icons_exist(self, path: Path) -> None:
        named = re.findall(r'(?:\{% icon |\bicon=)"([\w-]+)"', path.read_text(encoding="utf-8"))
        assert set(named) <= set(ICONS)


class TestPages:
    """The pages of the design system as a browser gets them."""

    def test_styleguide_shows_every_component_with_its_code(self, client: Client) -> None:
        html = client.get("/styleguide/").content.decode()
        assert html.count('class="card guide-example"') == html.count("<summary>Code of") == 32
        assert 'style="' not in html

    @pytest.mark.parametrize("name", PAGES)
    def test_sample_pages_open(self, client: Client, name: str) -> None:
        assert client.get("/styleguide/", {"page": name}).status_code == 200

    @pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("patient")])
    def test_a_patient_page_with_all_its_files_is_under_fifty_kilobytes(
        self, client: Client, name: str
    ) -> None:
        html = client.get("/styleguide/", {"page": name}).content.decode()
        files = re.findall(r'(?:href|src)="/static/clinic/([^"]+)"', html)
        assert len(html.encode()) + sum((STATIC / file).stat().st_size for file in files) < 50_000
        assert "<script" not in html

    @pytest.mark.django_db
    def test_a_page_that_does_not_exist_says_so_in_our_look(self, client: Client) -> None:
        answer = client.get("/no/such/page/")
        assert answer.status_code == 404
        assert "There is nothing here" in answer.content.decode()
        assert "To the start" in answer.content.decode()

    @pytest.mark.django_db
    def test_a_lost_patient_is_not_sent_to_the_staff_pages(self, client: Client) -> None:
        html = client.get("/p/appointment/no/such/page/").content.decode()
        assert "newest message" in html
        assert "To the start" not in html

    @pytest.mark.django_db
    def test_signing_in_is_in_our_look(self, client: Client) -> None:
        html = client.get("/account/login/").content.decode()
        assert 'class="field-label"' in html
        assert "Sign in with a passkey" in html

    @pytest.mark.django_db
    def test_demo_logins_are_offered_in_the_demo_only(self, client: Client) -> None:
        assert DEMO_LOGINS[0][1] not in client.get("/account/login/").content.decode()
        with override_settings(IS_DEMO=True):
            html = client.get("/account/login/").content.decode()
        assert [login for _, login, _ in DEMO_LOGINS if login not in html] == []

    def test_right_to_left_languages_turn_the_page(self, rf: RequestFactory) -> None:
        with translation.override("ar"):
            html = Template('{% extends "base_patient.html" %}').render(
                RequestContext(rf.get("/"), {"clinic_name": "R"})
            )
        assert '<html lang="ar" dir="rtl"' in html


@pytest.mark.parametrize("sheet", sorted((STATIC / "css").glob("*.css")), ids=lambda path: path.name)
def test_stylesheets_keep_the_order_of_layers_and_speak_of_no_side(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    assert css.startswith("@layer reset, tokens, base, components, layout, pages, utilities, print;")
    assert (
        re.findall(
            r"(?:margin|padding|border)-(?:left|right|top|bottom)\b|[^-\w](?:left|right|top|bottom):", css
        )
        == []
    )
