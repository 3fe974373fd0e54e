"""Pictures for the demo: an oval in a skin-like tone with soft spots, clearly drawn, of nobody. Pure."""

from __future__ import annotations

import io
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (360, 450)
GROUND = (214, 212, 206)
TONES = ((238, 207, 184), (226, 186, 156), (203, 158, 124), (164, 117, 86), (112, 78, 58))
#: How far the oval is moved aside in a turned view, in pixels.
_TURNED = {"LEFT_45": 34, "RIGHT_45": -34}


def picture(*, tone: int, blemish: float, view: str, seed: int) -> bytes:
    """A small JPEG; `blemish` from 0 (calm) to 1 says how strong the spots are, the same spots for the same seed."""
    skin = TONES[tone % len(TONES)]
    page = Image.new("RGB", SIZE, GROUND)
    aside = _TURNED.get(view, 0)
    oval = (70 + aside, 50, SIZE[0] - 70 + aside, SIZE[1] - 50)
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).ellipse(oval, fill=255)
    page.paste(_face(skin, blemish, aside, Random(seed)), mask=mask.filter(ImageFilter.GaussianBlur(2)))  # noqa: S311
    ImageDraw.Draw(page).text((12, SIZE[1] - 22), f"drawn for the demo  {view.lower()}", fill=(90, 90, 88))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


def _face(skin: tuple[int, int, int], blemish: float, aside: int, rng: Random) -> Image.Image:
    """A shaded plane with spots a little redder and darker than the skin."""
    shade = Image.linear_gradient("L").resize(SIZE).point(lambda value: 255 - value // 5)
    plane = Image.composite(
        Image.new("RGB", SIZE, skin), Image.new("RGB", SIZE, tuple(c * 4 // 5 for c in skin)), shade
    )
    spots = Image.new("L", SIZE, 0)
    pen = ImageDraw.Draw(spots)
    for _spot in range(26):
        x, y, r = rng.randint(90, 270) + aside, rng.randint(110, 350), rng.randint(4, 12)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=round(150 * max(blemish, 0.0)))
    red = Image.new("RGB", SIZE, (min(255, skin[0] + 6), skin[1] * 2 // 3, skin[2] * 2 // 3))
    return Image.composite(red, plane, spots.filter(ImageFilter.GaussianBlur(4)))
