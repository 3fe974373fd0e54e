"""Codes in the words of people: the view reads the words once, the template looks each one up."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(code: str, names: Mapping[str, str]) -> str:
    """`{{ plan.concern|named:concerns }}`: the words for a code, the code itself where there are none."""
    return names.get(code, code) if names else code
