"""The photo pipeline: what comes in is checked, decoded once, turned, shrunk and written anew without its metadata.

Caps come before decoding: 10 MB and 40 megapixels, JPEG or PNG by content, never by name.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from clinic.errors import DomainError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2560
FORMATS = ("JPEG", "PNG")


@dataclass(frozen=True)
class CleanPhoto:
    """A JPEG without metadata: its bytes, size in pixels and SHA-256."""

    data: bytes
    width: int
    height: int
    sha256: str


def clean_photo(data: bytes) -> CleanPhoto:
    """The photo as it may be kept. Raises `photo_refused` with a sentence for what cannot be."""
    if len(data) > MOST_BYTES:
        raise DomainError("photo_refused", _("This photo is larger than 10 MB."))
    try:
        picture = _decoded(data)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as problem:
        raise DomainError(
            "photo_refused", _("This is not a JPEG or PNG photo, or it is damaged.")
        ) from problem
    return _written(picture)


def _decoded(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        # A bomb is refused by our own cap below, before a pixel is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=FORMATS) as probe:
            if probe.width * probe.height > MOST_PIXELS:
                raise DomainError("photo_refused", _("This photo has more than 40 megapixels."))
            probe.verify()
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        picture.load()
    return picture


def _written(picture: Image.Image) -> CleanPhoto:
    turned = ImageOps.exif_transpose(picture).convert("RGB")
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new("RGB", turned.size)
    fresh.paste(turned)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=88, optimize=True)
    clean = out.getvalue()
    return CleanPhoto(clean, *fresh.size, hashlib.sha256(clean).hexdigest())
