"""Two processes tell the demo; where one fails, the other's place is kept and the next try goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bookings.demo import together
from bookings.demo.telling import is_told
from bookings.demo.world import Place
from clinic.actions.tasks import open_task
from clinic.models import Location, Task, User
from clinic.words import DEMO_LOGINS, Urgency
from tests.factories import LocationFactory, PatientFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A story of one line for each place; Hudson fails while the file stands that is given back."""
    stumbling = tmp_path / "stumbling"
    stumbling.touch()

    def tell(places: list[Place], **_rest: Any) -> None:
        (place,) = places
        open_task(
            kind="told",
            location=place.location,
            urgency=Urgency.SOON,
            sentence=place.location.slug,
            now=NOW,
            patient=PatientFactory.create(),
            owner=None,
            is_clinical=False,
            subject_type="",
            subject_id=place.location.pk,
            dedupe_key=f"told:{place.location.pk}",
            by=None,
        )
        if place.location.slug == "hudson" and stumbling.exists():
            raise SystemExit(1)

    def open_places(**_rest: Any) -> None:
        for slug in ("riverside", "hudson"):
            LocationFactory.create(slug=slug)
        for _role, email, _password in DEMO_LOGINS:
            user = UserFactory.create(email=email)
            user.set_unusable_password()
            user.save()

    monkeypatch.setattr(together, "tell", tell)
    monkeypatch.setattr(together, "open_places", open_places)
    monkeypatch.setattr(
        together, "_is_told", lambda place: Task.objects.filter(location=place.location).exists()
    )
    return stumbling


def test_place_that_failed_is_told_by_the_next_try_and_nobody_signs_in_before(story: Path) -> None:
    with pytest.raises(together.PlaceFailed, match="hudson"):
        together.tell_together(now=NOW)
    assert [*Task.objects.values_list("location__slug", flat=True)] == ["riverside"]
    assert not is_told()
    story.unlink()
    together.tell_together(now=NOW)
    assert sorted(Task.objects.values_list("location__slug", flat=True)) == ["hudson", "riverside"]
    assert is_told()
    assert Location.objects.count() == 2
    assert User.objects.get(email=DEMO_LOGINS[0][1]).check_password(DEMO_LOGINS[0][2])
