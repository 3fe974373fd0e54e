"""Shows a snippet and its own source side by side on the styleguide page."""

from typing import Any

from django import template
from django.template.loader import get_template

register = template.Library()


@register.inclusion_tag("styleguide/_example.html", takes_context=True)
def example(context: template.RequestContext, name: str) -> dict[str, Any]:
    """`{% example "styleguide/buttons.html" %}`; the first line of the file is a comment with the title."""
    found: Any = get_template(name)
    first, _, source = found.template.source.partition("\n")
    title = first.strip("{#} ")
    html = found.render(context.flatten(), context.request)
    slug = name.rpartition("/")[2].removesuffix(".html").replace("_", "-")
    return {"title": title, "source": source.strip(), "html": html, "slug": slug}
