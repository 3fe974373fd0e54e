"""The icon set: our own line drawings on a 16 × 16 grid, drawn with a 1.4 stroke in the colour of the text.

Each entry is the inside of the `d` attribute of one path. A dot is a line of no length with a round cap.
Syringes and needles are left out on purpose: patients see these too.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def _dots(*centres: tuple[float, float]) -> str:
    """Round dots, 2.2 across with the stroke."""
    return "".join(f"M{x} {y - 0.4:g}a.4.4 0 1 0 0 .8a.4.4 0 1 0 0-.8" for x, y in centres)


ICONS: dict[str, str] = {
    "calendar": "M2.5 4.5h11v9h-11zM2.5 7h11M5.5 2.5v3M10.5 2.5v3",
    "day": "M2.5 2.5h11v11h-11zM5.5 2.5v11M8.5 5h2.5M8.5 9h2.5",
    "week": "M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9",
    "list": "M6 4h7.5M6 8h7.5M6 12h7.5" + _dots((2.8, 4), (2.8, 8), (2.8, 12)),
    "clock": "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6M8 5v3.2l2.2 1.4",
    "wait": "M4.5 2.5h7M4.5 13.5h7M5.2 2.5v2.2L8 8l2.8-3.3V2.5M5.2 13.5v-2.2L8 8l2.8 3.3v2.2",
    "person": "M8 2.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2"
    "M2.8 13.6c.4-2.8 2.4-4.3 5.2-4.3s4.8 1.5 5.2 4.3",
    "people": "M6 3a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M1.7 13c.3-2.5 1.9-3.8 4.3-3.8s4 1.3 4.3 3.8"
    "M10.4 3.2a2.2 2.2 0 0 1 0 4M11.6 9.5c1.6.4 2.5 1.6 2.7 3.5",
    "room": "M3.5 13.5v-11h9v11M1.8 13.5h12.4M9.8 8.2v.6",
    "device": "M4 2.5h8v6.5H4zM8 9v2.5M4.5 13.5h7M8 11.5v2M6.5 5.7h3",
    "place": "M8 14s4.6-4.2 4.6-7.4a4.6 4.6 0 1 0-9.2 0C3.4 9.8 8 14 8 14"
    "M8 5.1a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3",
    "check": "M3 8.6l3.2 3.2L13 4.8",
    "check-circle": "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6M5.3 8.2l2 2l3.5-3.9",
    "cross": "M4 4l8 8M12 4l-8 8",
    "cross-circle": "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
    "alert": "M8 2.3L14.4 13.4H1.6zM8 6.4v3.2M8 11.5h0",
    "stop": "M5.6 2.2h4.8l3.4 3.4v4.8l-3.4 3.4H5.6l-3.4-3.4V5.6zM8 4.9v3.7M8 11h0",
    "info": "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6M8 7.4v3.5M8 5.2h0",
    "question": "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6"
    "M6.3 6.4a1.7 1.7 0 1 1 2.4 1.6c-.5.2-.7.6-.7 1.1M8 11.1h0",
    "phone": "M5.4 2.5H3.2c-.5 6 4.3 10.8 10.3 10.3v-2.2l-2.6-1.3l-1.6 1.3c-1.6-.8-2.7-1.9-3.5-3.5l1.2-1.6z",
    "sms": "M2.2 3.2h11.6v7.6H7.2L4.2 13.4v-2.6h-2z" + _dots((5.2, 7), (8, 7), (10.8, 7)),
    "mail": "M2.2 3.7h11.6v8.6H2.2zM2.5 4.3L8 8.6l5.5-4.3",
    "message": "M2.2 3.2h11.6v7.6H7.2L4.2 13.4v-2.6h-2zM5 5.9h6M5 8.2h4",
    "pin": "M6 2.4h4l-.5 4l2.2 2.2H4.3l2.2-2.2zM8 8.6v5",
    "print": "M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z",
    "search": "M7 2.4a4.6 4.6 0 1 0 0 9.2a4.6 4.6 0 1 0 0-9.2M10.4 10.4l3.4 3.4",
    "plus": "M8 3v10M3 8h10",
    "minus": "M3 8h10",
    "arrow-left": "M13 8H3.2M7 4L3 8l4 4",
    "arrow-right": "M3 8h9.8M9 4l4 4l-4 4",
    "arrow-up": "M8 13V3.2M4 7l4-4l4 4",
    "arrow-down": "M8 3v9.8M4 9l4 4l4-4",
    "chevron-left": "M9.8 3.6L5.4 8l4.4 4.4",
    "chevron-right": "M6.2 3.6L10.6 8l-4.4 4.4",
    "chevron-down": "M3.6 6.2L8 10.6l4.4-4.4",
    "sort": "M5 3v10M2.6 10.6L5 13l2.4-2.4M11 13V3M8.6 5.4L11 3l2.4 2.4",
    "drag": _dots((6, 3.5), (10, 3.5), (6, 8), (10, 8), (6, 12.5), (10, 12.5)),
    "move": "M8 2v12M2 8h12M6.2 3.8L8 2l1.8 1.8M6.2 12.2L8 14l1.8-1.8M3.8 6.2L2 8l1.8 1.8"
    "M12.2 6.2L14 8l-1.8 1.8",
    "undo": "M5.6 3L2.6 6l3 3M2.8 6h6.4a3.7 3.7 0 0 1 0 7.4H6",
    "repeat": "M3 7.4V6.2a2 2 0 0 1 2-2h8M10.8 2L13 4.2l-2.2 2.2M13 8.6v1.2a2 2 0 0 1-2 2H3"
    "M5.2 9.6L3 11.8L5.2 14",
    "lock": "M3.5 7.2h9v6.3h-9zM5.3 7.2V5a2.7 2.7 0 0 1 5.4 0v2.2M8 9.8v1.2",
    "key": "M5.2 7.6a2.9 2.9 0 1 0 0 5.8a2.9 2.9 0 1 0 0-5.8M7.3 8.5L13.2 2.6M10.6 5.2l2 2",
    "sign": "M2.2 13.4h11.6M3.6 10.6l.7-2.6l6-6l1.9 1.9l-6 6z",
    "edit": "M3 13l.8-3.2l7-7l2.4 2.4l-7 7zM9.4 4.2l2.4 2.4",
    "photo": "M2.2 4.4h2.6l1-1.7h4.4l1 1.7h2.6v8.4H2.2zM8 6.2a2.3 2.3 0 1 0 0 4.6a2.3 2.3 0 1 0 0-4.6",
    "grid": _dots(*((x, y) for x in (3.5, 8, 12.5) for y in (3.5, 8, 12.5))),
    "drop": "M8 2.2s4.2 4.6 4.2 7.4a4.2 4.2 0 0 1-8.4 0C3.8 6.8 8 2.2 8 2.2",
    "series": "M2.8 8h0M3 8h10M8 6.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2M13 6.4a1.6 1.6 0 1 0 0 3.2"
    "a1.6 1.6 0 1 0 0-3.2M3 6.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2",
    "curve": "M2.5 2.5v11h11M4.5 4.5c1 5 4 6.3 8.5 6.5",
    "chart": "M2.5 2.5v11h11M5.4 11V8M8.4 11V5M11.4 11V7",
    "heart": "M8 13.2S2.4 10 2.4 6.2a2.9 2.9 0 0 1 5.6-1a2.9 2.9 0 0 1 5.6 1C13.6 10 8 13.2 8 13.2",
    "moon": "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6",
    "sun": "M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 1 0 0-5.6M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2"
    "M13.2 8h1.2M3.5 3.5l.8.8"
    "M11.7 11.7l.8.8M12.5 3.5l-.8.8M4.3 11.7l-.8.8",
    "auto": "M2.2 3.2h11.6v7.6H2.2zM5.5 13.4h5M8 10.8v2.6",
    "settings": "M2.5 4.5h5.8M11.5 4.5h2M2.5 11.5h2M7.7 11.5h5.8"
    "M9.9 2.9a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2"
    "M6.1 9.9a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2",
    "filter": "M2.2 3.2h11.6L9.4 8.5v4.3l-2.8-1.4V8.5z",
    "download": "M8 2.5v7.7M4.8 7L8 10.2L11.2 7M2.5 13.5h11",
    "upload": "M8 10.2V2.5M4.8 5.7L8 2.5l3.2 3.2M2.5 13.5h11",
    "box": "M2.5 5L8 2.3L13.5 5v6L8 13.7L2.5 11zM2.7 5.1L8 7.7l5.3-2.6M8 7.7v5.8",
    "sick": "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6M5.9 6.6h0M10.1 6.6h0"
    "M5.4 11c.7-1.1 1.6-1.6 2.6-1.6s1.9.5 2.6 1.6",
    "link": "M6.6 9.4l2.8-2.8M7.2 4.6l1.4-1.4a2.9 2.9 0 0 1 4.2 4.2l-1.4 1.4"
    "M8.8 11.4l-1.4 1.4a2.9 2.9 0 0 1-4.2-4.2l1.4-1.4",
    "star": "M8 2.2l1.8 3.7l4 .6l-2.9 2.8l.7 4L8 11.4l-3.6 1.9l.7-4L2.2 6.5l4-.6z",
    "flag": "M3.5 14V2.5M3.5 3h8.8l-2 2.9l2 2.9H3.5",
    "copy": "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3",
    "more": _dots((3.5, 8), (8, 8), (12.5, 8)),
    "menu": "M2.5 4.2h11M2.5 8h11M2.5 11.8h11",
    "offline": "M2.2 6.2C3.5 5.1 5 4.4 6.6 4.1M13.8 6.2a9 9 0 0 0-3.4-1.8"
    "M4.6 8.9a5.3 5.3 0 0 1 2-1.1M8 12.2h0M2.5 2.5l11 11",
    "door": "M9.5 2.5h3v11h-3M2.5 8h6.8M6.4 5.2L9.2 8l-2.8 2.8",
    "hold": "M5.5 3.5v9M10.5 3.5v9",
    "play": "M4.8 3.2l7.6 4.8l-7.6 4.8z",
    "circle": "M8 2.8a5.2 5.2 0 1 0 0 10.4a5.2 5.2 0 1 0 0-10.4",
    "circle-dot": "M8 2.8a5.2 5.2 0 1 0 0 10.4a5.2 5.2 0 1 0 0-10.4M8 7.2a.8.8 0 1 0 0 1.6a.8.8 0 1 0 0-1.6",
    "circle-half": "M8 2.8a5.2 5.2 0 1 0 0 10.4a5.2 5.2 0 1 0 0-10.4M8 2.8v10.4M10 3.6v8.8M11.8 5v6",
    "disc": "M8 4.6a3.4 3.4 0 1 0 0 6.8a3.4 3.4 0 1 0 0-6.8"
    "M8 6.6a1.4 1.4 0 1 0 0 2.8a1.4 1.4 0 1 0 0-2.8M8 8h0",
    "bell": "M3 11.5h10c-1-1-1.4-2-1.4-4.2a3.6 3.6 0 0 0-7.2 0c0 2.2-.4 3.2-1.4 4.2M6.8 13.6h2.4M8 2.2v1.4",
    "home": "M2.5 7.6L8 2.8l5.5 4.8M4 6.6v6.9h8V6.6",
}
#: Drawings that point in the reading direction and turn round in right-to-left languages.
DIRECTIONAL = frozenset(
    {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "undo", "door", "play", "list"}
)


def icon_svg(name: str, label: str = "") -> SafeString:
    """The drawing as inline SVG; silent beside a word, or named by `label` where it stands alone.

    An unknown name raises KeyError: a page with a wrong icon must not pass its test.
    """
    css = "icon icon-flip" if name in DIRECTIONAL else "icon"
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 16 16" {}><path d="{}"/></svg>',
        css,
        voice,
        ICONS[name],
    )
