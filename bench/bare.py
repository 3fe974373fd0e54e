"""The yardsticks: what Django and DRF do at least for the same amount of data."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from rest_framework import generics, serializers

from bookings.house import placed_at
from bookings.supply import claim_rows, grid_of
from clinic.models import IdempotencyKey, Location, User


def rows(request: HttpRequest) -> HttpResponse:
    """Reads the same claim rows and answers with as many bytes of JSON."""
    place = Location.objects.get(slug="pool")
    days, size = int(request.GET["days"]), int(request.GET["size"])
    grid = grid_of(place, date.fromisoformat(request.GET["first_day"]), days)
    resources = [one.id for one in placed_at(place)]
    found = claim_rows(
        {
            "resources": resources,
            "start": grid.start,
            "end": grid.end,
            "without": [],
            "now": timezone.now(),
        }
    )
    filling = "x" * max(size - 20, 0)
    return HttpResponse(f'{{"n":{len(found)},"s":"{filling}"}}', content_type="application/json")


class KeySerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """One plain row."""

    class Meta:
        model = IdempotencyKey
        fields = ("id", "key", "fingerprint", "status")


class Create(generics.CreateAPIView):  # type: ignore[type-arg]
    """A bare DRF create."""

    queryset = IdempotencyKey.objects.all()
    serializer_class = KeySerializer
    authentication_classes = ()
    permission_classes = ()

    def perform_create(self, serializer: serializers.BaseSerializer) -> None:  # type: ignore[type-arg]
        """One insert."""
        serializer.save(user_id=_user(), created_at=timezone.now())


_known: list[int] = []


def _user() -> int:
    if not _known:
        _known.append(User.objects.order_by("pk").values_list("pk", flat=True)[0])
    return _known[0]


urlpatterns = [
    path("bare/rows/", rows),
    path("bare/create/", Create.as_view()),
    path("", include("clinic.urls")),
]
