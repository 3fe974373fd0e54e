"""What our viewsets share: who asks, when, what they may do, and how a refusal with free times looks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pghistory
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from bookings.api import documents
from bookings.assignment import Slot
from bookings.slots import next_free
from bookings.units import unit, unit_of_one_write
from bookings.visits import Visit, plain_visit, visit_of
from bookings.words import AppointmentKind
from clinic import ahead
from clinic.access import may
from clinic.api.bodies import JsonAnswer, JsonBody
from clinic.api.idempotency import Key, key_of
from clinic.api.negotiation import OneRenderer
from clinic.api.problems import problem_response
from clinic.errors import DomainError, NotYours, Taken
from clinic.models import Location
from clinic.prepared import Along
from clinic.roles import Permission
from clinic.timekeeping import local_day

#: How many other times a 409 offers.
OFFERED = 3
Made = tuple[list[int], Any]


_known = threading.local()


def _checker(shape: type[Serializer[Any]]) -> Serializer[Any]:
    """This thread's serializer of a shape: DRF copies every field anew for each request, and nothing of it changes."""
    checkers: dict[Any, Serializer[Any]] = _known.__dict__
    if shape not in checkers:
        checkers[shape] = shape(data={})
    return checkers[shape]


class ClinicViewSet(GenericViewSet):  # type: ignore[type-arg]
    """Reads by `visible_to`, changes by actions. One reading of the clock per request."""

    filter_backends: list[Any] = []
    parser_classes = [JsonBody]
    renderer_classes = [JsonAnswer]
    content_negotiation_class = OneRenderer

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As DRF's; what was read ahead for this request is for nobody after it."""
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            ahead.forget()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Checks who asks; what they change carries their name in the history (P9)."""
        self.now: datetime = timezone.now()
        unreadable = self._looked_ahead(request)
        super().initial(request, *args, **kwargs)
        if unreadable:
            raise unreadable
        pghistory.context(user=request.user.pk)

    def _looked_ahead(self, request: Request) -> APIException | None:
        """What is wrong with the body, for when it is known who asks."""
        try:
            self.look_ahead(request)
        except APIException as unreadable:
            return unreadable
        return None

    def look_ahead(self, request: Request) -> None:
        """Reads together what checking the token and answering will ask; a viewset that knows says it here."""

    def told(self, shape: type[Serializer[Any]], data: Any = None) -> dict[str, Any]:
        """The checked content of the body, or of `data`; 400 says what is wrong with it."""
        serializer = _checker(shape)
        serializer.initial_data = self.request.data if data is None else data
        serializer._context = self.get_serializer_context()  # noqa: SLF001 - what DRF's constructor does
        for outcome in ("_validated_data", "_errors", "_data"):
            serializer.__dict__.pop(outcome, None)
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        return found

    def require(self, permission: Permission, location: Location | int) -> None:
        """403 when the user may not do this at the location."""
        if not may(self.request.user, permission, location):
            raise NotYours("not_yours", _("Your role at this location does not allow this."))

    def visit(self, facts: dict[str, Any]) -> Visit:
        """The visit that a request speaks of."""
        if session := facts.get("session"):
            return visit_of(session)
        kind = AppointmentKind(facts.get("kind", AppointmentKind.CONSULTATION))
        minutes = {"minutes": facts["minutes"]} if "minutes" in facts else {}
        return plain_visit(facts["patient"], facts["location"], kind, **minutes)

    def once(
        self, make: Callable[[], Made], *, result_type: str, again: Callable[[tuple[int, ...]], Any]
    ) -> Response:
        """Creates in one transaction with the request's key: 201, and the same things again on a replay."""
        key = key_of(self.request, now=self.now)
        return _carried_out(lambda: _made(make, key, result_type), key, again)

    def once_along(
        self,
        make: Callable[[Sequence[Along]], Any],
        *,
        result_type: str,
        again: Callable[[tuple[int, ...]], Any],
    ) -> Response:
        """The same for an action that writes with one statement, and the key along with it."""
        key = key_of(self.request, now=self.now)
        along = [key.along(status=201, result_type=result_type)] if key else []
        return _carried_out(lambda: unit_of_one_write(make)(along), key, again)

    def taken(self, refused: Taken, visit: Visit, start: datetime, without: tuple[int, ...] = ()) -> Response:
        """409 with the next free times from the asked day on."""
        day = local_day(start, visit.location.tz)
        slots = next_free(visit, now=self.now, from_day=day, count=OFFERED, without=without)
        return self.refused(refused, slots, visit.location)

    def refused(self, refused: Taken, slots: list[Slot], location: Location) -> Response:
        """The problem details of a 409."""
        return problem_response(
            refused.status,
            refused.code,
            str(refused.sentence),
            problems=documents.problems(refused.problems),
            next_free=[documents.slot(one, location.tz) for one in slots],
        )


def _carried_out(
    make: Callable[[], Any], key: Key | None, again: Callable[[tuple[int, ...]], Any]
) -> Response:
    try:
        return Response(make(), status=201)
    except (DomainError, APIException):
        # Refused by what the same request has made before?
        known = key.replay() if key else None
        if known is None:
            raise
    return Response(again(known.ids), status=known.status, headers={"Idempotent-Replay": "true"})


@unit
def _made(make: Callable[[], Made], key: Key | None, result_type: str) -> Any:
    """What the request makes, and its key with it: both or neither."""
    ids, body = make()
    if key is not None:
        key.keep(status=201, result_type=result_type, ids=ids)
    return body
