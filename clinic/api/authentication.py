"""`Authorization: Bearer <token>` for API clients."""

import hashlib
from collections.abc import Iterator

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinic.access import grant
from clinic.api.throttles import count_wrong_token
from clinic.models import ApiToken, Membership, User
from clinic.prepared import Prepared


def _with_work(hashed: str) -> QuerySet[ApiToken]:
    """The token, its user, and where they work as what ("7 MANAGER"): all that each request asks about them."""
    work = Membership.objects.filter(user=OuterRef("user")).order_by("pk")
    told = Concat(Cast("location_id", TextField()), Value(" "), "role", output_field=TextField())
    found = ApiToken.objects.select_related("user").filter(token_hash=hashed, revoked_at=None)
    found = found.defer("label", "created_at", "user__password", "user__last_login", "user__date_joined")
    return found.annotate(work=ArraySubquery(work.values(told=told)))


#: Value: the hash of a token that was not revoked.
TOKEN_BY_HASH = Prepared(_with_work, "HASH")


def token_hash(token: str) -> str:
    """What is stored instead of a token: its SHA-256. Tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer_of(request: Request) -> str | None:
    """The token that a request shows; "" for a header that is not written as it should be, None without one."""
    words = get_authorization_header(request).split()
    if not words or words[0].lower() != b"bearer":
        return None
    return words[1].decode(errors="replace") if len(words) == 2 else ""


class TokenAuthentication(BaseAuthentication):
    """Finds the user of a bearer token; a wrong token is 401 with a sentence, too many of them 429."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The user and the token, or None when no bearer token was sent."""
        text = bearer_of(request)
        if text is None:
            return None
        if not text:
            raise AuthenticationFailed(_("Write the header as: Authorization: Bearer TOKEN"))
        token = TOKEN_BY_HASH.first(token_hash(text))
        if token is None or not token.user.is_active:
            count_wrong_token(request)
            raise AuthenticationFailed(_("This token is not known, or was revoked."))
        grant(token.user, _memberships(token))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answers with."""
        return "Bearer"


def _memberships(token: ApiToken) -> Iterator[tuple[int, str]]:
    for line in token.work:  # type: ignore[attr-defined]  # annotated by the query
        location, role = line.split(" ", 1)
        yield int(location), role
