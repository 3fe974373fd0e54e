"""When a message may leave, and when to try again. Pure: times in, times out."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clinic.timekeeping import ONE_DAY, instant, is_quiet, local_day, next_allowed

#: 30 s, 2 m, 8 m, 30 m, 2 h; after the last one the message is dead.
RETRY_DELAYS = tuple(timedelta(seconds=s) for s in (30, 120, 480, 1800, 7200))
MAX_ATTEMPTS = len(RETRY_DELAYS) + 1
#: A retry comes up to this share later, so that many failures do not come back together.
JITTER = 0.2
#: A message moved to the evening before leaves this long before the quiet hours begin.
BEFORE_QUIET = timedelta(minutes=30)


def leaves_at(
    scheduled_for: datetime,
    expires_at: datetime,
    *,
    quiet: tuple[time, time],
    zone: ZoneInfo,
    never_earlier: bool = False,
    now: datetime,
) -> datetime:
    """When a message scheduled for then should leave: not in quiet hours.

    Later by preference; when the end of the quiet hours is too late to be useful, the evening before, if that is
    still to come and allowed. The result may lie at or after `expires_at`: then it will expire unsent.
    """
    wanted_at = max(scheduled_for, now)
    later = next_allowed(wanted_at, *quiet, zone)
    if later < expires_at or never_earlier or later == wanted_at:
        return later
    earlier = _before_quiet(wanted_at, quiet, zone)
    return earlier if earlier >= now and not is_quiet(earlier, *quiet, zone) else later


def _before_quiet(moment: datetime, quiet: tuple[time, time], zone: ZoneInfo) -> datetime:
    """Half an hour before the quiet hours that `moment` lies in began."""
    day = local_day(moment, zone)
    begins = instant(day, quiet[0], zone)
    if begins > moment:
        begins = instant(day - ONE_DAY, quiet[0], zone)
    return begins - BEFORE_QUIET


def retry_delay(attempts: int, *, spread: float) -> timedelta | None:
    """How long to wait after that many attempts; None when it is enough. `spread` is 0…1, usually random."""
    if attempts >= MAX_ATTEMPTS:
        return None
    delay = RETRY_DELAYS[max(attempts, 1) - 1]
    return delay * (1 + JITTER * spread)


def breaker_pause(failures: int) -> timedelta | None:
    """How long nobody calls a provider after that many failures in a row: from the fifth, 30 s up to 5 min."""
    if failures < 5:
        return None
    return timedelta(seconds=min(30 * 1 << min(failures - 5, 4), 300))
