"""The questionnaire as a form: one field for each question, with "when?" and "where?" behind a yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clinic.forms import CheckboxChips, DateInput, RadioCards
from treatments.actions.screening import AnswerInput, AskedItem
from treatments.actions.screening_drafts import Told
from treatments.screening_pages import Page
from treatments.screening_rules import NO, YES
from treatments.spoken import spoken

#: The question for the day, by the side of the visit that matters.
_WHEN = {
    "before": _("When was the last time?"),
    "after": _("When will it be?"),
    "both": _("When was it, or when will it be?"),
}


class ScreeningForm(forms.Form):
    """Every question must be answered; dates and zones are asked where a yes has a window.

    An answer from before `fresh_from` is told beside its question and is not chosen beforehand: it is asked again.
    """

    def __init__(
        self,
        *args: Any,
        asked: Sequence[AskedItem],
        zones: Sequence[tuple[str, str]],
        fresh_from: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.fresh_from = list(asked), fresh_from
        for one in self.asked:
            self._add(one, zones)

    def _add(self, one: AskedItem, zones: Sequence[tuple[str, str]]) -> None:
        code = one.item.code
        answers = [(value, capfirst(str(label))) for value, label in one.answers]
        if one.item.asks_text:
            self.fields[code] = forms.CharField(
                label=one.item.question, required=False, max_length=500, widget=forms.Textarea({"rows": 3})
            )
            return
        initial, told = self._before(one, dict(answers))
        self.fields[code] = forms.ChoiceField(
            label=one.item.question, choices=answers, widget=RadioCards(), initial=initial, help_text=told
        )
        if one.asks_date:
            self.fields[f"{code}__since"] = forms.DateField(
                label=_("When was the last time?"), required=False, widget=DateInput()
            )
        if one.asks_zones and zones:
            self.fields[f"{code}__zones"] = forms.MultipleChoiceField(
                label=_("Where?"), required=False, choices=zones, widget=CheckboxChips()
            )

    def _before(self, one: AskedItem, answers: Mapping[str, str]) -> tuple[str | None, str]:
        """The answer to begin with where it is still fresh, else a sentence about the last one."""
        last = one.last
        if last is None or last.answer not in answers:
            return None, ""
        if last.answered_on >= self.fresh_from:
            return last.answer, ""
        told = {"answer": answers[last.answer], "day": date_format(last.answered_on, "D j M")}
        return None, str(_("last time: %(answer)s, %(day)s") % told)

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """Each question with the fields that belong to it."""
        return [
            (
                self[one.item.code],
                [self[name] for name in self.fields if name.startswith(f"{one.item.code}__")],
            )
            for one in self.asked
        ]

    def clean(self) -> dict[str, Any]:
        """A yes with a window needs its date: without it no day could be named from which treatment is possible."""
        told: dict[str, Any] = super().clean() or {}
        for one in self.asked:
            name = f"{one.item.code}__since"
            if told.get(one.item.code) in one.asks_date and not told.get(name) and name not in self.errors:
                self.add_error(name, _("Please say when; about is enough."))
        return told

    def answers(self) -> dict[str, AnswerInput]:
        """What the action takes."""
        told = self.cleaned_data
        return {
            one.item.code: AnswerInput(
                **_answered(one, told[one.item.code]),
                since_on=told.get(f"{one.item.code}__since"),
                zones=tuple(told.get(f"{one.item.code}__zones") or ()),
            )
            for one in self.asked
        }


def _answered(one: AskedItem, value: str) -> dict[str, str]:
    """Words are kept as words: something written is a yes with its text, nothing is a no."""
    return {"answer": YES if value else NO, "detail": value} if one.item.asks_text else {"answer": value}


class PageForm(forms.Form):
    """The questions of one page of the phone; what is left out is asked again, what was ticked is kept."""

    def __init__(self, *args: Any, page: Page, told: Told, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        for one in page.asked:
            self.fields[one.item.code] = _question(one, told.get(one.item.code, {}))

    def told(self) -> Told:
        """The answers that were given, as a draft keeps them; also those of a page that is not complete."""
        given = getattr(self, "cleaned_data", {})
        return {
            one.item.code: _answered(one, given[one.item.code])
            for one in self.page.asked
            if one.item.code in given
        }


def _question(one: AskedItem, before: Mapping[str, Any]) -> forms.Field:
    label = spoken(one.item.question)
    if one.item.asks_text:
        words = forms.Textarea({"rows": 4})
        return forms.CharField(
            label=label, required=False, max_length=500, widget=words, initial=before.get("detail")
        )
    return forms.ChoiceField(
        label=label,
        choices=[(value, capfirst(spoken(text))) for value, text in one.answers],
        widget=RadioCards(),
        initial=before.get("answer"),
        error_messages={"required": _("Please choose an answer.")},
    )


class MoreForm(forms.Form):
    """When and where, about one answer."""

    def __init__(
        self, *args: Any, page: Page, told: Told, zones: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.one: AskedItem = page.asked[0]
        before = told.get(self.one.item.code, {})
        if before.get("answer") in self.one.asks_date:
            self.fields["since"] = forms.DateField(
                label=_WHEN.get(self.one.item.direction, _WHEN["before"]),
                widget=DateInput(),
                initial=before.get("since"),
                error_messages={"required": _("Please say when; about is enough.")},
            )
        if self.one.asks_zones and zones:
            self.fields["zones"] = forms.MultipleChoiceField(
                label=_("Where?"),
                required=False,
                choices=zones,
                widget=CheckboxChips(),
                initial=before.get("zones"),
            )

    def told(self) -> Told:
        """What was said, as a draft keeps it."""
        since = self.cleaned_data.get("since")
        more = {
            "since": since.isoformat() if since else "",
            "zones": self.cleaned_data.get("zones") or [],
            "more": True,
        }
        return {self.one.item.code: more}


def zone_choices(session: Any) -> list[tuple[str, str]]:
    """The zones of the plan with their labels, for "where?"."""
    from treatments.queries.catalogue import definition_of

    planned = set(session.plan.zones)
    return [(z.code, z.label.capitalize()) for z in definition_of(session).zones if z.code in planned]
