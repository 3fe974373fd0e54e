"""Writes weekly hours. Rules of the past are ended, never rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from clinic.loading.changes import Changes
from clinic.loading.document import Week
from clinic.loading.weeks import in_words
from clinic.timekeeping import WeeklyWindow


def write_week(
    rules: Any, owner: Mapping[str, Any], week: Week, *, what: str, today: date, changes: Changes
) -> None:
    """Makes the rules of one owner say the week from `today` on, a local day of the location.

    `rules` is a manager of `WorkingHours` or `OpeningHours`; `owner` names the row's owner, as columns.
    """
    ours = rules.filter(**owner)
    current = [rule for rule in ours if rule.valid_until is None or rule.valid_until >= today]
    wanted = {(window.weekday, window.opens, window.closes) for window in week}
    present = {_window(rule) for rule in current if rule.valid_until is None}
    for rule in current:
        if _window(rule) not in wanted:
            _end(rule, today)
    for weekday, opens, closes in sorted(wanted - present):
        rules.create(**owner, weekday=weekday, opens=opens, closes=closes, valid_from=today)
    _note(what, wanted - present, present - wanted, changes)


def _window(rule: Any) -> tuple[int, Any, Any]:
    return rule.weekday, rule.opens, rule.closes


def _end(rule: Any, today: date) -> None:
    """The rule held until yesterday; one that never held is removed."""
    if rule.valid_from >= today:
        rule.delete()
    elif rule.valid_until is None:
        rule.valid_until = today - timedelta(days=1)
        rule.save(update_fields=["valid_until"])


def _note(what: str, new: set[Any], gone: set[Any], changes: Changes) -> None:
    if new or gone:
        changes.updated(what, f"hours {_listed(gone) or 'none'} → {_listed(new) or 'none'}")


def _listed(windows: set[Any]) -> str:
    return ", ".join(in_words(WeeklyWindow(*window)) for window in sorted(windows))
