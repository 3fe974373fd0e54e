"""The living page of the design system: every component, drawn by itself. Demo and tests only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clinic.curve import Curve, CurvePoint
from clinic.forms import CheckboxChips, DateInput, PhoneInput, RadioCards, Radios, ScaleField, TimeInput
from clinic.icons import ICONS
from clinic.ribbon import Ribbon, RibbonSession

#: A fixed day, so that the page looks the same tomorrow.
TODAY = date(2026, 11, 21)
COLOURS = (
    ("paper", "the ground"), ("surface", "cards, fields"), ("sunken", "hover, skeletons"), ("ink", "text"),
    ("ink-2", "second line"), ("ink-3", "quiet labels"), ("line", "hairlines"), ("edge", "control borders"),
    ("accent", "what can be done next"), ("accent-soft", "chosen, due window"), ("amber", "needs a person"),
    ("amber-soft", "its ground"), ("red", "needs a person now"), ("red-soft", "its ground"),
    ("green", "as it should be"), ("green-soft", "its ground"),
)  # fmt: skip
PARTS = (
    ("foundations", "Foundations", ["colours", "practitioners", "type", "icons"]),
    ("actions", "Actions", ["buttons", "segmented", "menu", "chips"]),
    ("forms", "Forms", ["form", "errors", "choices", "scale", "draft"]),
    (
        "content",
        "Content",
        ["badges", "card", "table", "person", "kv", "notes", "timeline", "steps", "pagination"],
    ),
    ("feedback", "Feedback", ["dialog", "toast", "banners", "empty", "loading"]),
    ("drawings", "Drawings", ["ribbon", "ribbon_states", "ribbon_card", "ribbon_phone", "curve"]),
)

PAGES = ("patient_aftercare", "patient_check", "patient_series", "sheet")
CLINIC = {"clinic_name": "Riverside", "clinic_phone": "+49305550142", "clinic_phone_shown": "030 555 0142"}


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Name", max_length=80, help_text="As it stands in the passport.")
    phone = forms.CharField(
        label="Mobile phone", widget=PhoneInput, help_text="For reminders by text message."
    )
    email = forms.EmailField(label="E-mail", required=False)
    born_on = forms.DateField(label="Born on", widget=DateInput)
    at = forms.TimeField(label="At", widget=TimeInput, required=False)
    language = forms.ChoiceField(label="Language", choices=[("de", "Deutsch"), ("en", "English")])
    count = forms.IntegerField(label="Sessions", min_value=1, max_value=12)
    note = forms.CharField(
        label="Note for the desk", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    consent = forms.BooleanField(label="May write by text message", help_text="Can be withdrawn at any time.")


class ChoicesForm(forms.Form):
    """Choices as cards, chips and plain buttons."""

    protocol = forms.ChoiceField(
        label="Protocol",
        choices=[
            ("needling", "Microneedling, acne scars"),
            ("meso", "Mesotherapy, hydration"),
            ("scalp", "Scalp"),
        ],
        widget=RadioCards(
            hints={"needling": "4 sessions, 28 to 42 days apart", "meso": "6 sessions, weekly at first"}
        ),
    )
    wishes = forms.MultipleChoiceField(
        label="Wishes",
        required=False,
        choices=[(word, word) for word in ("Dr. Weiss", "mornings", "same weekday", "not Fridays")],
        widget=CheckboxChips,
    )
    reason = forms.ChoiceField(label="Reason", choices=[("ill", "Ill"), ("late", "Too late")], widget=Radios)


class ScaleForm(forms.Form):
    """One question of a recovery check."""

    pain = ScaleField(label="How painful or tender is it now?", ends=("not at all", "worst imaginable"))


def styleguide(request: HttpRequest) -> HttpResponse:
    """All components with their code; `?page=` shows a patient page or a sheet, with made-up content."""
    page = request.GET.get("page", "")
    template = f"styleguide/{page}.html" if page in PAGES else "styleguide.html"
    return render(request, template, samples() | CLINIC)


def samples() -> dict[str, Any]:
    """Made-up values for every component."""
    return {
        "parts": [(key, title, [f"styleguide/{name}.html" for name in names]) for key, title, names in PARTS],
        "colours": COLOURS,
        "icons": sorted(ICONS),
        "today": TODAY,
        "form": SampleForm(initial={"name": "Leyla Demir", "count": 4}),
        "wrong": SampleForm({"name": "", "email": "leyla@", "language": "fr"}, prefix="wrong"),
        "choices": ChoicesForm(initial={"protocol": "needling", "wishes": ["Dr. Weiss", "mornings"]}),
        "move": ChoicesForm(prefix="move"),
        "draft": SampleForm(prefix="draft"),
        "scale": ScaleForm(initial={"pain": 3}),
        "appointments": _appointments(),
        "facts": [("Born", "14 Mar 1988"), ("Skin type", "III"), ("E-mail", "")],
        "entries": _entries(),
        "wizard": ["Concern: acne scars", "Protocol", "Zones and depth", "Dates", "Book"],
        "page": Paginator(range(1, 241), 20).page(4),
        "series": _series(),
        "uneven": _uneven(),
        "troubled": _troubled(),
        "long": _long(),
        "curve": _curve(),
    }


def _appointments() -> list[dict[str, Any]]:
    return [
        {"who": "Leyla Demir", "born": "14 Mar 1988", "at": "9:30–11:00", "with": "Dr. Weiss", "colour": 1,
         "room": "Room 2", "word": "arrived 9:21", "tone": "accent", "icon": "door", "series": _series()},
        {"who": "Tomás Rey", "born": "2 Feb 1979", "at": "10:15–11:15", "with": "N. Adeyemi", "colour": 2,
         "room": "Room 3", "word": "confirmed", "tone": "green", "icon": "check", "series": _uneven()},
        {"who": "Nora Vogt", "born": "30 Jul 1994", "at": "9:45–10:30", "with": "L. Haddad", "colour": 3,
         "room": "Room 1", "word": "no-show", "tone": "red", "icon": "cross-circle", "series": _troubled()},
        {"who": "Mia Stein", "born": "9 Sep 2001", "at": "15:00–16:00", "with": "S. Kim", "colour": 4,
         "room": "Room 5", "word": "not confirmed", "tone": "amber", "icon": "question", "series": _long()},
    ]  # fmt: skip


def _entries() -> list[dict[str, Any]]:
    return [
        {"when": "First 6 hours", "what": "Nothing on the skin but the gel we gave you", "status": "past"},
        {"when": "24 hours", "what": "Mild cleanser, plain moisturiser", "status": "past"},
        {"when": "Now, until Tuesday 15:00", "what": "No sport, sauna or make-up brushes. Sunscreen 50 when you go out.", "status": "now"},  # noqa: E501 - a sentence
        {"when": "From Saturday 28 November", "what": "Vitamin A and acids again"},
        {"when": "Monday 21 December, 9:30", "what": "Session 2"},
    ]  # fmt: skip


def _session(number: int, ideal: date, slack: tuple[int, int] = (7, 14), **facts: Any) -> RibbonSession:
    early, late = ideal - timedelta(days=slack[0]), ideal + timedelta(days=slack[1])
    return RibbonSession(number=number, earliest=early, ideal=ideal, latest=late, **facts)


def _series() -> Ribbon:
    sessions = [
        RibbonSession(number=1, performed_on=date(2026, 10, 19), status="completed"),
        _session(2, date(2026, 11, 16), (0, 14), performed_on=date(2026, 11, 18), status="completed"),
        _session(3, date(2026, 12, 16), (0, 14), booked_on=date(2026, 12, 21)),
        _session(4, date(2027, 1, 18), (0, 14), booked_on=date(2027, 1, 18)),
        _session(5, date(2027, 3, 1), (7, 21), label="Review"),
    ]
    return Ribbon(sessions=sessions, today=TODAY, title="Microneedling, acne scars")


def _uneven() -> Ribbon:
    start, offsets = date(2026, 10, 30), [0, 7, 14, 21, 35, 49, 79, 109]
    sessions = [
        _session(n, day, (2, 4), **_performed_or_booked(day + timedelta(days=n % 2)))
        for n, day in enumerate([start + timedelta(days=days) for days in offsets], start=1)
    ]
    return Ribbon(sessions=sessions, today=TODAY, title="Mesotherapy, hydration")


def _performed_or_booked(on: date) -> dict[str, Any]:
    return {"performed_on": on} if on < TODAY else {"booked_on": on}


def _troubled() -> Ribbon:
    sessions = [
        RibbonSession(number=1, performed_on=date(2026, 7, 20)),
        _session(2, date(2026, 8, 17), (0, 14), performed_on=date(2026, 9, 10)),
        _session(3, date(2026, 10, 8), (0, 14), status="not-done"),
        _session(4, date(2026, 10, 30), (0, 14)),
        _session(5, date(2026, 12, 10), (0, 14), status="on-hold"),
        _session(6, date(2027, 1, 14), (0, 14)),
    ]
    return Ribbon(sessions=sessions, today=TODAY, title="Acne scars, interrupted")


def _long() -> Ribbon:
    start = date(2026, 8, 10)
    sessions = [
        _session(
            n, start + timedelta(days=14 * n), (3, 5), **_performed_or_booked(start + timedelta(days=14 * n))
        )
        for n in range(1, 11)
    ]
    return Ribbon(sessions=sessions, today=TODAY, title="Cellulite")


def _curve() -> Curve:
    return Curve(
        title="Redness after session 2",
        envelope=[(0, 9), (1, 8), (2, 7), (3, 5), (5, 3), (7, 2), (14, 1)],
        points=[
            CurvePoint(day=1, score=6, expected=8),
            CurvePoint(day=2, score=5, expected=7),
            CurvePoint(day=3, score=6, expected=5, flag="amber"),
            CurvePoint(day=5, score=7, expected=3, flag="red"),
            CurvePoint(day=7, score=None, expected=2),
            CurvePoint(day=14, score=1, expected=1),
        ],
    )
