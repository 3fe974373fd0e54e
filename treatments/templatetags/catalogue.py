"""The catalogue's words in templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from treatments.spoken import WRITTEN_IN, is_spoken, spoken

register = template.Library()


@register.filter(name="spoken")
def spoken_filter(text: str) -> str | SafeString:
    """`{{ message.text|spoken }}`: in the language of the page; marked as English where it is still English."""
    if is_spoken(text):
        return spoken(text)
    return format_html('<span lang="{}">{}</span>', WRITTEN_IN, text)
