"""Passwords that are long and still the first ones to be tried."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: What people put before and after a common password to make it long enough.
_PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SIGNS = re.compile(r"[\W_]+")
#: As people replace letters.
_LETTERS = str.maketrans("013457@$!", "oieastasi")
#: Shorter stems ("ann1987-0412") say nothing.
_SHORTEST_STEM = 4


class PaddedCommonPasswordValidator(CommonPasswordValidator):
    """Refuses a password that is a common one, made long with digits and signs, by repeating it, or with 0 for o.

    Of Django's 20,000 common passwords, which come from breaches, only 190 have the twelve characters that we ask
    for: by itself the list would refuse next to nothing. Nothing is asked of a service: passwords stay here.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError with a sentence."""
        if self._stems(password) & set(self.passwords):
            raise ValidationError(
                _("Without its digits and signs this is one of the most common passwords."),
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        """What the form says."""
        return _("A common password does not become a good one with digits and signs around it.")

    def _stems(self, password: str) -> set[str]:
        plain = password.lower().strip()
        found = {
            stem
            for text in (plain, plain.translate(_LETTERS), _SIGNS.sub("", plain))
            for stem in _stripped(text)
        }
        return {stem for stem in found | {_once(stem) for stem in found} if len(stem) >= _SHORTEST_STEM}


def _stripped(text: str) -> set[str]:
    inside = _PADDING.sub("", _PADDING.sub("", text))
    return {text, inside, inside.translate(_LETTERS)}


def _once(stem: str) -> str:
    """The shortest text that gives this one when repeated."""
    return stem[: (stem + stem).find(stem, 1)]
