"""How our forms are drawn: one field component for every widget, and the widgets that HTML lacks.

`{{ form.name.as_field_group }}` draws `components/field.html`; `{{ form }}` the form with its errors.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


class ClinicRenderer(TemplatesSetting):
    """Set as FORM_RENDERER: fields and forms in our look, widgets as Django ships them."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


class DateInput(forms.DateInput):
    """The browser's own date picker; value and answer are ISO dates."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time picker in steps of five minutes."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"step": "300", **(attrs or {})}, format="%H:%M")


class PhoneInput(forms.TextInput):
    """A telephone number: the number keys on a phone."""

    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "tel", "inputmode": "tel", **(attrs or {})})


#: The class of one option by the look of them all.
_OPTION_CLASS = {"choices": "choice", "cards": "choice-card", "chips": "chip", "scale": ""}


class ChoiceLook(forms.widgets.ChoiceWidget):
    """Choices drawn by `components/choices.html`; `hints` says one more line for a value."""

    template_name = "components/choices.html"
    look = "choices"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
        *,
        hints: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints = dict(hints or {})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Django's context with the look and the hints."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"look": self.look, "option_class": _OPTION_CLASS[self.look]}
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Django's option with its hint."""
        option = super().create_option(name, value, *args, **kwargs)
        return option | {"hint": self.hints.get(str(value), "")}


class Radios(ChoiceLook, forms.RadioSelect):
    """Plain radio buttons under each other."""


class RadioCards(ChoiceLook, forms.RadioSelect):
    """One of a few, each a card that is a target as a whole."""

    look = "cards"


class Checkboxes(ChoiceLook, forms.CheckboxSelectMultiple):
    """Any of a list, under each other."""


class CheckboxCards(ChoiceLook, forms.CheckboxSelectMultiple):
    """Any of a few, each a card."""

    look = "cards"


class CheckboxChips(ChoiceLook, forms.CheckboxSelectMultiple):
    """Any of many short words: wishes, weekdays."""

    look = "chips"


class ColourChips(ChoiceLook, forms.RadioSelect):
    """One of the five colours of practitioners, each beside its word."""

    look = "chips"

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option with its colour's number."""
        return super().create_option(name, value, *args, **kwargs) | {"colour": value}


class Scale(ChoiceLook, forms.RadioSelect):
    """0 to 10 in one row; `ends` are the words under 0 and 10."""

    look = "scale"

    def __init__(self, attrs: dict[str, Any] | None = None, *, ends: tuple[str, str] = ("", "")) -> None:
        super().__init__(attrs, [(n, str(n)) for n in range(11)])
        self.ends = ends

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The choices' context with the words at the ends."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"ends": self.ends if any(self.ends) else None}
        return context


class ScaleField(forms.TypedChoiceField):
    """A whole number from 0 to 10; None when it may be left out and was."""

    def __init__(self, *, ends: tuple[str, str] = ("", ""), **kwargs: Any) -> None:
        kwargs.setdefault("empty_value", None)
        super().__init__(
            choices=[(n, str(n)) for n in range(11)], coerce=int, widget=Scale(ends=ends), **kwargs
        )
