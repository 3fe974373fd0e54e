"""The components that pages draw with; docs/design-system.md lists them and /styleguide/ shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.icons import icon_svg

register = template.Library()

TONES = frozenset({"", "accent", "amber", "red", "green", "outline"})


def _checked(tone: str) -> str:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"Unknown tone {tone!r}; use one of {', '.join(sorted(TONES))}.")
    return tone


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "check" %}` beside a word; `{% icon "check" label="done" %}` alone."""
    return icon_svg(name, label)


@register.simple_tag
def badge(text: object, tone: str = "", icon: str = "", wrap: bool = False) -> SafeString:
    """`{% badge "confirmed" tone="green" icon="check" %}`: a word, and an icon where it says more."""
    css = " ".join(
        filter(None, ["badge", f"tone-{_checked(tone)}" if tone else "", "badge-wrap" if wrap else ""])
    )
    return format_html('<span class="{}">{}{}</span>', css, icon_svg(icon) if icon else "", text)


@register.simple_tag
def button(text: object = "", **options: Any) -> SafeString:
    """`{% button "Book" tone="primary" icon="plus" key="n" %}`; a link with `href`, else a submit button.

    `tone`: primary, quiet, danger, danger-primary. `size="small"`, `wide=True`, `busy=True`, `label=` for an
    icon alone. Any other option becomes an attribute, `_` written as `-` (`hx_get=url`, `disabled=True`).
    """
    tone, size = options.pop("tone", ""), options.pop("size", "")
    name, key = options.pop("icon", ""), options.pop("key", "")
    if not text and not options.get("label"):
        raise template.TemplateSyntaxError("A button needs a text, or a label for its icon.")
    css = ["btn", *(f"btn-{part}" for part in tone.split("-") if part), f"btn-{size}" if size else ""]
    css += [
        "btn-wide" if options.pop("wide", False) else "",
        "btn-icon" if not text else "",
        options.pop("css", ""),
    ]
    attrs = _button_attrs(options, " ".join(filter(None, css)), key)
    return format_html(
        "<{0}{1}>{2}{3}{4}</{0}>",
        "a" if "href" in attrs else "button",
        flatatt(attrs),
        icon_svg(name) if name else "",
        text,
        format_html('<kbd class="kbd" aria-hidden="true">{}</kbd>', key) if key else "",
    )


def _button_attrs(options: dict[str, Any], css: str, key: str) -> dict[str, Any]:
    attrs: dict[str, Any] = {"class": css}
    if "href" not in options:
        attrs["type"] = options.pop("type", "submit")
    if options.pop("busy", False):
        attrs["aria-busy"] = "true"
    if label := options.pop("label", ""):
        attrs |= {"aria-label": label, "title": label}
    if key:
        attrs |= {"data-key": key, "aria-keyshortcuts": key}
    return attrs | {name.strip("_").replace("_", "-"): value for name, value in options.items()}


@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """`{% field form.name %}`, as `{{ form.name.as_field_group }}`; `narrow=True`, `hide_label=True`."""
    return render_to_string("components/field.html", {"field": bound, **options})


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm, title: str = "", focus: bool = True) -> dict[str, Any]:
    """`{% error_summary form %}`: what is wrong, each line a link to its field; nothing when all is well."""
    wrong = [(bound, _first_input(bound)) for bound in form if bound.errors and not bound.is_hidden]
    return {"form": form, "title": title, "focus": focus, "wrong": wrong}


def _first_input(bound: BoundField) -> str:
    """Where a link to the field leads: the first of several inputs, else the only one."""
    return bound.id_for_label or (f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id)


@register.simple_block_tag
def card(content: SafeString, title: str = "", **options: Any) -> SafeString:
    """`{% card "Plans" icon="series" count=3 url=… link="All" tone="amber" flush=True %}…{% endcard %}`."""
    return render_to_string("components/card.html", {"content": content, "title": title, **options})


@register.simple_block_tag
def note(content: SafeString, tone: str = "", icon: str = "") -> SafeString:
    """`{% note tone="amber" %}Possible from 19 December.{% endnote %}`: a sentence that matters here."""
    named = icon or {"amber": "alert", "red": "stop", "accent": "info"}.get(_checked(tone), "info")
    return render_to_string("components/note.html", {"content": content, "tone": tone, "icon": named})


@register.simple_block_tag
def dialog(content: SafeString, name: str, title: str, wide: bool = False) -> SafeString:
    """`{% dialog "move" "Move the appointment" %}…{% enddialog %}`, opened by `data-dialog-open="move"`."""
    return render_to_string(
        "components/dialog.html", {"content": content, "id": name, "title": title, "wide": wide}
    )


@register.simple_block_tag
def menu(content: SafeString, name: str, text: str = "", **options: Any) -> SafeString:
    """`{% menu "more-7" label="More" icon="more" %}<a …>…</a>{% endmenu %}`; opens without script."""
    return render_to_string("components/menu.html", {"content": content, "id": name, "text": text, **options})


@register.simple_block_tag
def empty(content: SafeString, title: str, icon: str = "circle") -> SafeString:
    """`{% empty "No plan yet" icon="series" %}<p>…</p>{% button … %}{% endempty %}`."""
    return render_to_string("components/empty.html", {"content": content, "title": title, "icon": icon})


@register.simple_block_tag
def fieldset(content: SafeString, legend: str, help: str = "") -> SafeString:  # noqa: A002 - the template's word
    """`{% fieldset "Contact" %}…fields…{% endfieldset %}`."""
    return render_to_string("components/fieldset.html", {"content": content, "legend": legend, "help": help})


@register.inclusion_tag("components/person.html")
def person(name: str, url: str = "", facts: str | Iterable[str] = "", colour: int = 0) -> dict[str, Any]:
    """`{% person patient.name url=… facts="born 14 Mar 1988" %}`; `colour=1…5` for a practitioner."""
    shown = [facts] if isinstance(facts, str) else list(facts)
    return {"name": name, "url": url, "facts": [fact for fact in shown if fact], "colour": colour}


@register.inclusion_tag("components/steps.html")
def steps(names: Iterable[str], current: int) -> dict[str, Any]:
    """`{% steps names 2 %}`: the steps of a wizard, the current one counted from 1."""
    return {"steps": list(names), "current": current}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% timeline entries %}`: mappings with `when` and `what`; maybe `text`, `url` and
    `status` (past, now, red, amber, off)."""
    return {"entries": list(entries)}


@register.inclusion_tag("components/kv.html")
def kv(pairs: Iterable[tuple[str, object]], stack: bool = False) -> dict[str, Any]:
    """`{% kv pairs %}`: (label, value) pairs; an empty value is written as a dash."""
    return {"pairs": list(pairs), "stack": stack}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.RequestContext, page: "Page[Any]") -> dict[str, Any]:
    """`{% pagination page_obj %}`: earlier and later pages, keeping the rest of the query."""
    return {
        "page": page,
        "request": context.get("request"),
        "pages": page.paginator.get_elided_page_range(page.number),
    }
