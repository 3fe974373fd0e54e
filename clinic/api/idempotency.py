"""`Idempotency-Key`: a creating request that is sent twice is carried out once.

The key is kept in the transaction of the change, so both are kept or neither. A request that is sent again finds its
way blocked by what the first one made, or at the latest its key in use; then it is answered with those things as they
are now. Kept are the answer's status and the ids, for 24 hours.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request

from clinic.errors import DomainError
from clinic.models import IdempotencyKey
from clinic.prepared import Along, prepared_write

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
LONGEST = 100

#: A key that is in use stops the statement (`idempotency_key_used_once_per_user`); one that was kept too long does not.
_ALONG = """
    outlived AS (
        DELETE FROM clinic_idempotencykey
         WHERE user_id = %(key_user)s AND key = %(key_name)s AND created_at <= %(key_cutoff)s RETURNING id
    ), kept AS (
        INSERT INTO clinic_idempotencykey (user_id, key, fingerprint, status, result_type, result_ids, created_at)
        SELECT %(key_user)s, %(key_name)s, %(key_fingerprint)s, %(key_status)s, %(key_type)s,
               jsonb_agg(made.id ORDER BY made.id), %(key_now)s
          FROM made, (SELECT count(*) FROM outlived) AS gone HAVING count(*) > 0
    )
"""
_KEEP = "WITH made AS (SELECT unnest(%(ids)s::bigint[]) AS id){along} SELECT 1"


@dataclass(frozen=True, slots=True)
class Replay:
    """What an earlier request with the same key answered and made."""

    status: int
    result_type: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """The key of one creating request, and what was asked with it."""

    user: Any
    name: str
    fingerprint: str
    now: datetime

    def keep(self, *, status: int, result_type: str, ids: list[int]) -> None:
        """Remembers the answer, at the end of the transaction that made it.

        Waits for a request with the same key that is about to commit; IntegrityError when one was faster.
        """
        prepared_write(_KEEP, {"ids": ids}, [self.along(status=status, result_type=result_type)])

    def along(self, *, status: int, result_type: str) -> Along:
        """The same for a thing that one statement makes: to be written along with it."""
        facts = {
            "key_user": self.user,
            "key_name": self.name,
            "key_fingerprint": self.fingerprint,
            "key_status": status,
            "key_type": result_type,
            "key_now": self.now,
            "key_cutoff": self.now - KEPT_FOR,
        }
        return Along(_ALONG, facts)

    def replay(self) -> Replay | None:
        """What the request with this key made when it was carried out; None when it never was.

        The same key with another request is refused with 422.
        """
        rows = IdempotencyKey.objects.filter(
            user=self.user, key=self.name, created_at__gt=self.now - KEPT_FOR
        )
        known = rows.first()
        if known is None:
            return None
        if known.fingerprint != self.fingerprint:
            raise DomainError(
                "idempotency_key_reused", _("This Idempotency-Key was used for another request already.")
            )
        return Replay(known.status, known.result_type, tuple(known.result_ids))


def key_of(request: Request, *, now: datetime) -> Key | None:
    """The request's key; None when the client sent none."""
    name = name_of(request)
    return None if name is None else Key(request.user.pk, name, fingerprint_of(request), now)


def name_of(request: Request) -> str | None:
    """The key that the client sent; 400 when it is empty, too long or not plain text."""
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not 0 < len(name) <= LONGEST or not name.isascii() or not name.isprintable():
        raise ValidationError({HEADER: [_("Send 1 to 100 plain characters.")]})
    return name


def fingerprint_of(request: Request) -> str:
    """The method, the address and the body as one hash; the order of the body's fields does not matter.

    400 for a body that is nested deeper than anything that is asked for (254 levels).
    """
    try:
        told = orjson.dumps(request.data, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError as deep:
        raise ParseError(_("The body is nested too deeply.")) from deep
    return hashlib.sha256(f"{request.method} {request.path} ".encode() + told).hexdigest()


def forget_old_keys(*, now: datetime) -> int:
    """Deletes keys older than a day; gives how many."""
    deleted, _by_model = IdempotencyKey.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    return deleted
