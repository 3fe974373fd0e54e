"""The photo pipeline refuses what is no photo before decoding it, and keeps nothing that came with one."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from clinic.errors import DomainError
from treatments.photos import LONGEST_SIDE, MOST_BYTES, clean_photo

GPS, GPS_LATITUDE, ORIENTATION, TURNED = 0x8825, 2, 0x0112, 6
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(size: tuple[int, int] = (640, 480), kind: str = "JPEG", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 150, 130)).save(out, kind, **how)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [b"", SVG, b"GIF89a" + bytes(40), picture()[:900], bomb(60_000), bomb(7_000), bytes(MOST_BYTES + 1)],
    ids=["empty", "renamed svg", "gif", "truncated", "bomb", "too many pixels", "too large"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        clean_photo(data)
    assert refused.value.code == "photo_refused"


def test_place_and_camera_are_gone_and_the_turn_is_applied() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif.get_ifd(GPS)[GPS_LATITUDE] = (52.0, 31.0, 12.0)
    clean = clean_photo(picture(exif=exif))
    kept = Image.open(io.BytesIO(clean.data))
    assert (kept.size, dict(kept.getexif()), kept.info.get("exif")) == ((480, 640), {}, None)


def test_what_was_hidden_behind_the_picture_is_gone() -> None:
    clean = clean_photo(picture() + SVG)
    assert SVG not in clean.data
    assert clean.data.endswith(b"\xff\xd9")


def test_large_photo_is_shrunk_and_png_becomes_jpeg() -> None:
    clean = clean_photo(picture((5000, 2500), "PNG"))
    assert (clean.width, clean.height) == (LONGEST_SIDE, LONGEST_SIDE // 2)
    assert Image.open(io.BytesIO(clean.data)).format == "JPEG"
