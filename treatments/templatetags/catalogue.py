"""The catalogue's words in templates."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from treatments.queries.catalogue import shared
from treatments.spoken import WRITTEN_IN, is_spoken, spoken

register = template.Library()


@register.filter
def view_name(code: str) -> str:
    """`{{ photo.view|view_name }}`: a standard view in words; a photo of a reaction has none."""
    labels = {view.code: view.label for view in shared().photo_views}
    return labels.get(code, "")


@register.filter(name="spoken")
def spoken_filter(text: str) -> str | SafeString:
    """`{{ message.text|spoken }}`: in the language of the page; marked as English where it is still English."""
    if is_spoken(text):
        return spoken(text)
    return format_html('<span lang="{}">{}</span>', WRITTEN_IN, text)
