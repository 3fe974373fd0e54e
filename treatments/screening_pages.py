"""The questionnaire in pages for a phone: what belongs together on one page, and what a yes asks next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: (code of the page, its heading, the items of catalogue 3.2 that belong together). What is so now comes before
#: what was once; a page has five yes/no questions at the most. An item that is in no row gets a page of its own.
TOPICS: tuple[tuple[str, Promise | str, tuple[str, ...]], ...] = (
    ("healed", _("Since your last treatment"), ("PREV_SESSION", "PREV_BAD")),
    ("pregnancy", _("Pregnancy"), ("PREGNANT", "BREASTFEED", "CONTRACEPTION", "FATHERING")),
    ("skin-now", _("Your skin today"), ("SUNBURN", "SKIN_INFECTION", "OPEN_WOUND", "ECZEMA_ZONE")),
    ("spots", _("Spots and redness"), ("ACNE_ACTIVE", "ROSACEA_ACTIVE")),
    ("cold-sores", _("Cold sores"), ("HSV_ACTIVE", "HSV_HISTORY")),
    ("well", _("How you are"), ("FEVER_ILL", "ALCOHOL")),
    ("isotretinoin", _("Isotretinoin"), ("ISO_CURRENT", "ISO_PAST")),
    ("creams", _("What you put on the skin"), ("RETINOID_RX", "RETINOL_OTC", "ACIDS")),
    ("sun", _("Sun and tan"), ("TAN_RECENT", "SELF_TAN", "SUN_HOLIDAY")),
    ("blood-thinners", _("Medicines and bruises"), ("ANTICOAG", "ANTIPLATELET", "NSAID", "SUPPLEMENTS")),
    ("injections", _("Injections and threads"), ("BTX_RECENT", "FILLER_RECENT", "THREAD_BIOSTIM")),
    ("peels", _("Peels and facials"), ("PEEL_RECENT", "DERMAB_RECENT")),
    ("laser", _("Laser and surgery"), ("LASER_RECENT", "SURGERY_RECENT")),
    ("hair-tattoo", _("Hair removal and tattoos"), ("WAX_RECENT", "TATTOO_PMU")),
    ("soon", _("What is coming up"), ("DENTAL", "VACCINE", "EVENT_SOON")),
    ("skin-diseases", _("Skin conditions"), ("PSORIASIS", "VITILIGO_LP", "SCALP_DISEASE")),
    ("scars", _("Moles and scars"), ("SKIN_CANCER", "AK_MOLES", "KELOID", "SCAR_FRESH")),
    (
        "heart",
        _("Blood and heart"),
        ("BLEEDING_DISORDER", "STROKE_CLOT", "CARDIAC", "PACEMAKER", "HYPOTENSION"),
    ),
    (
        "organs",
        _("Diabetes, liver, weight"),
        ("DIABETES", "DIABETES_UNCTRL", "LIVER_KIDNEY", "GALLSTONE", "BMI30"),
    ),
    ("immune", _("Immune system and cancer"), ("IMMUNE", "CHEMO_RT", "AUTOIMMUNE", "SCLERODERMA")),
    ("nerves", _("Nerves, face and neck"), ("EPILEPSY", "FACIAL_PALSY", "DYSPHAGIA", "NECK_MASS")),
    ("hormones", _("Hormones and giving blood"), ("HORMONAL_PILL", "BLOOD_DONOR")),
    ("allergies", _("Allergies"), ("ANAPHYLAXIS_HX", "METAL_ALLERGY", "NICKEL", "COSMETIC_REACT")),
    ("allergies-agents", _("Allergies to ingredients"), ("SULPHITE_PRES", "VENOM", "SOY_EGG", "FISH")),
    ("numbing", _("Numbing cream"), ("CAINE_ALLERGY", "METHB_G6PD", "ANTIARRHYTHMIC")),
    ("needles", _("Needles and smoking"), ("FAINT", "SMOKING")),
    ("mind", "", ("BDD",)),
    ("expectation", "", ("EXPECTATION",)),
)
#: Behind the code of an item: the page that asks when and where.
MORE = "+"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page: the questions of a topic, or (`is_more`) when and where about one answer. `title` may be empty."""

    code: str
    title: Promise | str
    asked: tuple[Any, ...]
    is_more: bool = False


def pages_for(asked: Iterable[Any], told: Mapping[str, Mapping[str, Any]]) -> list[Page]:
    """The pages in order for these questions (`AskedItem`), an answer that wants a day or a place followed by its page.

    `told` are the answers so far by item, as a draft keeps them.
    """
    return [page for topic in _topics(list(asked)) for page in _with_more(topic, told)]


def _topics(asked: list[Any]) -> Iterator[Page]:
    by_code = {one.item.code: one for one in asked}
    placed: set[str] = set()
    for code, title, items in TOPICS:
        here = tuple(by_code[item] for item in items if item in by_code)
        placed.update(items)
        if here:
            yield Page(code=code, title=title if len(here) > 1 else "", asked=here)
    for one in asked:
        if one.item.code not in placed:
            yield Page(code=one.item.code, title="", asked=(one,))


def _with_more(page: Page, told: Mapping[str, Mapping[str, Any]]) -> Iterator[Page]:
    yield page
    for one in page.asked:
        if wants_more(one, told.get(one.item.code, {}).get("answer", "")):
            yield Page(code=one.item.code + MORE, title="", asked=(one,), is_more=True)


def wants_more(one: Any, answer: str) -> bool:
    """Whether this answer is followed by "when?" or "where?"."""
    return answer in one.asks_date or (one.asks_zones and bool(answer) and answer not in one.item.clears_on)


def is_told(page: Page, told: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether everything on a page has its answer; a day where one is asked for, zones may be left open."""
    given = [told.get(one.item.code, {}) for one in page.asked]
    if not page.is_more:
        return all(one.get("answer") for one in given)
    return "more" in given[0] and (
        given[0].get("answer") not in page.asked[0].asks_date or bool(given[0].get("since"))
    )
