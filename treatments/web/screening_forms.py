"""The questionnaire as a form: one field for each question, with "when?" and "where?" behind a yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.forms import CheckboxChips, DateInput, RadioCards
from treatments.actions.screening import AnswerInput, AskedItem


class ScreeningForm(forms.Form):
    """Every question must be answered; dates and zones are asked where a yes has a window."""

    def __init__(
        self, *args: Any, asked: Sequence[AskedItem], zones: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(asked)
        for one in self.asked:
            self._add(one, zones)

    def _add(self, one: AskedItem, zones: Sequence[tuple[str, str]]) -> None:
        code = one.item.code
        answers = [(value, str(label).capitalize()) for value, label in one.answers]
        before = one.last.answer if one.last else None
        self.fields[code] = forms.ChoiceField(
            label=one.item.question, choices=answers, widget=RadioCards(), initial=before
        )
        if one.asks_date:
            self.fields[f"{code}__since"] = forms.DateField(
                label=_("When was the last time?"), required=False, widget=DateInput()
            )
        if one.asks_zones and zones:
            self.fields[f"{code}__zones"] = forms.MultipleChoiceField(
                label=_("Where?"), required=False, choices=zones, widget=CheckboxChips()
            )

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
                answer=told[one.item.code],
                since_on=told.get(f"{one.item.code}__since"),
                zones=tuple(told.get(f"{one.item.code}__zones") or ()),
            )
            for one in self.asked
        }


def zone_choices(session: Any) -> list[tuple[str, str]]:
    """The zones of the plan with their labels, for "where?"."""
    from treatments.queries.catalogue import definition_of

    planned = set(session.plan.zones)
    return [(z.code, z.label.capitalize()) for z in definition_of(session).zones if z.code in planned]
