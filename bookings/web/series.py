"""The dates of a series: wishes, a proposal as ribbon and list, other times in place, one click books all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.actions.series import ChosenTime, Proposal, ProposedSession, book_series
from bookings.assignment import Slot
from bookings.care import anchors_of
from bookings.drafting import Picks, draft_series
from bookings.models import Appointment
from bookings.ribbons import drawn, ribbon_of
from bookings.series import PartOfDay, Wishes
from bookings.web.marks import mark_of
from bookings.web.refusing import sentences_of
from clinic.access import may, require
from clinic.errors import DomainError, Problem
from clinic.forms import CheckboxChips
from clinic.models import Location, Practitioner, Resource
from clinic.models.hours import WEEKDAYS
from clinic.ribbon import Ribbon
from clinic.roles import Permission
from treatments.models import TreatmentPlan
from treatments.series import SeriesSession, series_of

STEPS = [
    gettext_lazy("Concern"),
    gettext_lazy("Protocol"),
    gettext_lazy("Zones and number"),
    gettext_lazy("Dates"),
    gettext_lazy("Book"),
]
PARTS = [
    (PartOfDay.MORNING, gettext_lazy("mornings")),
    (PartOfDay.AFTERNOON, gettext_lazy("afternoons")),
    (PartOfDay.EVENING, gettext_lazy("evenings")),
]


class WishesForm(forms.Form):
    """What the patient would like. Everything may be left open."""

    practitioners = forms.MultipleChoiceField(
        label=gettext_lazy("With"), required=False, widget=CheckboxChips()
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On"), required=False, coerce=int, choices=WEEKDAYS, widget=CheckboxChips()
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("At"), required=False, choices=PARTS, widget=CheckboxChips()
    )
    same_weekday = forms.BooleanField(label=gettext_lazy("Same weekday every time"), required=False)

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(one.pk), one.resource.name) for one in Practitioner.objects.at(location)]
        self.fields["practitioners"].choices = people  # type: ignore[attr-defined]

    def wishes(self) -> Wishes:
        """As the planner reads them; nonsense is no wish."""
        told = self.cleaned_data if self.is_valid() else {}
        return Wishes(
            practitioners=frozenset(map(int, told.get("practitioners", ()))),
            weekdays=frozenset(told.get("weekdays", ())),
            parts=frozenset(PartOfDay(part) for part in told.get("parts", ())),
            same_weekday=bool(told.get("same_weekday")),
        )


@require(Permission.BOOK)
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """GET proposes dates for all sessions still to be booked; POST books the chosen ones, all or none."""
    plan = bookable_plan(request, pk)
    if request.method == "POST":
        return _book(request, plan)
    return _page(request, plan)


def _page(
    request: HttpRequest, plan: TreatmentPlan, *, refusals: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    """The proposal around what was picked; after a refusal with the reasons, and all that was chosen and is free."""
    now = timezone.now()
    form = WishesForm(request.GET or None, location=plan.location)
    picks = _picks(request)
    draft = draft_series(plan, picks, wishes=form.wishes() if form.is_bound else Wishes(), now=now)
    proposal, common = draft.proposal, _common_problems(draft.proposal)
    context = {
        "plan": plan,
        "steps": STEPS,
        "form": form,
        "proposal": proposal,
        "rows": [_row(one, common, picks, draft.picked) for one in proposal.to_book],
        "conflicts": draft.conflicts,
        "changed": picks.changed,
        "is_picked": bool(draft.picked),
        "refusals": refusals,
        "common": common.values(),
        "ribbon": _ribbon(proposal, now),
        "names": _names(plan.location),
        "mean": _mean_distance(proposal),
    }
    part = "#dates" if request.headers.get("HX-Target") == "dates" else ""
    return render(request, f"bookings/series.html{part}", context, status=status)


def _picks(request: HttpRequest) -> Picks:
    """What stood on the page that asks. What was sent to be booked counts as picked, all of it."""
    if request.method == "POST":
        shown = _shown(request.POST)
        return Picks(shown, frozenset(shown))
    told = [int(text) for text in request.GET.getlist("picked") if text.isdigit()]
    changed = request.GET.get("changed", "")
    return Picks(_shown(request.GET), frozenset(told), int(changed) if changed.isdigit() else None)


def _shown(data: QueryDict) -> dict[int, ChosenTime]:
    """Number → time, as the form carries them; nonsense is left out."""
    named = {key.removeprefix("session-"): text for key, text in data.items() if key.startswith("session-")}
    return {
        int(number): time
        for number, text in named.items()
        if number.isdigit() and (time := _chosen(str(text)))
    }


def found_plan(request: HttpRequest, pk: int) -> TreatmentPlan:
    """The plan, if this person may see its patient; else 404."""
    mine = TreatmentPlan.objects.visible_to(request.user)
    return get_object_or_404(
        mine.select_related("patient", "location__settings", "clinician__resource"), pk=pk
    )


def bookable_plan(request: HttpRequest, pk: int) -> TreatmentPlan:
    """The plan, if this person books at its location; else 404."""
    plan = found_plan(request, pk)
    if not may(request.user, Permission.BOOK, plan.location_id):
        raise Http404
    return plan


def _common_problems(proposal: Proposal) -> dict[str, Problem]:
    """What is said of every session is said once: consent, questions, patch tests."""
    told = [{str(problem.sentence): problem for problem in one.problems} for one in proposal.to_book]
    return {
        sentence: problem
        for sentence, problem in (told[0] if told else {}).items()
        if all(sentence in one for one in told)
    }


def _row(
    one: ProposedSession, common: Mapping[str, Problem], picks: Picks, picked: frozenset[int]
) -> dict[str, Any]:
    """A session with its times, the one in use first; `before` is where it stood, when it followed a pick."""
    choices = [(_value(slot), slot) for slot in (one.slot, *one.alternatives) if slot]
    stood = picks.shown.get(one.number)
    is_moved = stood is not None and one.slot is not None and stood.starts_at != one.slot.start
    return {
        "one": one,
        "choices": choices,
        "used": choices[0] if choices else None,
        "before": stood.starts_at if stood and is_moved else None,
        "is_picked": one.number in picked,
        "problems": [problem for problem in one.problems if str(problem.sentence) not in common],
    }


def _value(slot: Slot) -> str:
    """A choice as the form carries it: start, then role=resource."""
    return "|".join(
        [slot.start.isoformat(), *(f"{role}={pk}" for role, pk in sorted(slot.assignment.items()))]
    )


def _chosen(text: str) -> ChosenTime | None:
    start, *pairs = text.split("|")
    try:
        starts_at = datetime.fromisoformat(start)
        assignment = {role: int(pk) for role, _sign, pk in (pair.partition("=") for pair in pairs)}
    except ValueError:
        return None
    return ChosenTime(starts_at, assignment) if starts_at.utcoffset() is not None else None


def _book(request: HttpRequest, plan: TreatmentPlan) -> HttpResponse:
    chosen = _shown(request.POST)
    try:
        rows = book_series(plan=plan, chosen=chosen, by=request.user, now=timezone.now())
    except DomainError as refusal:
        return _page(request, plan, refusals=sentences_of(refusal), status=refusal.status)
    messages.success(
        request,
        _("%(count)d sessions booked. %(name)s is told.") % {"count": len(rows), "name": plan.patient},
    )
    return redirect("treatments:plan", pk=plan.pk)


def _ribbon(proposal: Proposal, now: datetime) -> Ribbon:
    plan = proposal.plan
    days = anchors_of(plan, now=now) | {one.number: one.day for one in proposal.to_book}
    shown = drawn(series_of(plan, anchors=days, now=now), plan, now=now)
    return replace(shown, proposed=frozenset(one.number for one in proposal.to_book))


def _names(location: Location) -> dict[int, str]:
    return dict(Resource.objects.at(location).values_list("pk", "name"))


def _mean_distance(proposal: Proposal) -> float | None:
    distances = [abs(one.distance) for one in proposal.to_book if one.ideal]
    return round(sum(distances) / len(distances), 1) if distances else None


@require_safe
@require(Permission.SEE_PATIENTS)
def plan_series(request: HttpRequest, pk: int) -> HttpResponse:
    """The series of a plan with its dates: a part of the plan's page."""
    plan, now = found_plan(request, pk), timezone.now()
    rows = Appointment.objects.occupying().of_plan(plan).for_board()
    booked = {row.treatment_session_id: row for row in rows}
    days = anchors_of(plan, now=now)
    sessions = series_of(plan, anchors=days, now=now)
    shown = [
        (one, row, mark_of(row, now=now) if row else None)
        for one in sessions
        for row in [booked.get(one.session_id)]
    ]
    unbooked = [one for one in sessions if one.is_open and one.session_id not in booked]
    context = {
        "plan": plan,
        "ribbon": drawn(sessions, plan, now=now),
        "shown": shown,
        "unbooked": unbooked,
        "is_out_of_step": is_out_of_step(sessions, unbooked),
    }
    return render(request, "bookings/panel_series.html", context)


def is_out_of_step(sessions: Sequence[SeriesSession], unbooked: Sequence[SeriesSession]) -> bool:
    """Whether a session stands too soon, or one without a time comes before one that has its time."""
    last = max((one.number for one in sessions if one.booked_on is not None), default=0)
    return any(one.is_too_soon for one in sessions) or any(one.number < last for one in unbooked)


@require_safe
@require(Permission.SEE_PATIENTS)
def plan_ribbon(request: HttpRequest, pk: int) -> HttpResponse:
    """The ribbon alone, as small as a card."""
    plan = found_plan(request, pk)
    return render(request, "bookings/panel_ribbon.html", {"ribbon": ribbon_of(plan, now=timezone.now())})
