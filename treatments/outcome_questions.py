"""How the scales that patients score (catalogue 8.1, P) are asked on a phone. Licensed wordings are not shipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

#: GAIS exists in opposite directions: the version that these words belong to is stored with the score.
GAIS_VERSION = "1 best"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleQuestion:
    """One scale in a patient's words. Either every score has a word (`choices`), or the two ends have one.

    `is_change` scales compare with before and mean nothing at the baseline.
    """

    text: Any
    choices: tuple[tuple[int, Any], ...] = ()
    low: Any = ""
    high: Any = ""
    is_change: bool = False
    version: str = ""
    numbers: tuple[int, ...] = field(default=tuple(range(11)))

    def said(self, score: Decimal) -> str:
        """The word of a score, else the number."""
        return str(dict(self.choices).get(int(score), score.normalize()))


QUESTIONS: dict[str, ScaleQuestion] = {
    "PAIN_VAS": ScaleQuestion(
        text=_("How strong was the pain at its worst during your last visit?"),
        low=_("no pain"),
        high=_("as bad as it can be"),
    ),
    "GAIS": ScaleQuestion(
        text=_("Compared with before the first visit: how does it look now?"),
        choices=(
            (1, _("Very much better")),
            (2, _("Much better")),
            (3, _("Better")),
            (4, _("Unchanged")),
            (5, _("Worse")),
        ),
        is_change=True,
        version=GAIS_VERSION,
    ),
    "SAT_5": ScaleQuestion(
        text=_("How satisfied are you so far?"),
        choices=(
            (5, _("Very satisfied")),
            (4, _("Satisfied")),
            (3, _("Neither satisfied nor dissatisfied")),
            (2, _("Dissatisfied")),
            (1, _("Very dissatisfied")),
        ),
        is_change=True,
    ),
    "HAIR_7PT": ScaleQuestion(
        text=_("Compared with before the first visit: how does your hair look now?"),
        choices=(
            (3, _("Much better")),
            (2, _("Better")),
            (1, _("A little better")),
            (0, _("Unchanged")),
            (-1, _("A little worse")),
            (-2, _("Worse")),
            (-3, _("Much worse")),
        ),
        is_change=True,
    ),
    "PORE_VAS": ScaleQuestion(
        text=_("How visible are your pores today?"),
        low=_("not visible"),
        high=_("very visible"),
    ),
    "RADIANCE_VAS": ScaleQuestion(
        text=_("How fresh and even does your skin look today?"),
        low=_("dull"),
        high=_("radiant"),
    ),
    "SMF_P": ScaleQuestion(
        text=_("How much fullness do you see under your chin today?"),
        choices=((0, _("None")), (1, _("A little")), (2, _("Some")), (3, _("Much")), (4, _("Very much"))),
    ),
}
