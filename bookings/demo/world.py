"""What the story needs to know about one place: its people, its protocols, its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

from bookings.demo.deck import Rhythm
from bookings.demo.dice import dice
from bookings.models import Appointment
from bookings.series import Wishes
from bookings.slots import free_slots
from bookings.visits import Visit
from clinic.models import Closure, Location, Patient, Practitioner, Resource, User
from clinic.roles import FRONT_DESK
from clinic.timekeeping import local_day
from treatments.models import ProtocolVersion, TreatmentSession
from treatments.queries.catalogue import definition_by

#: So much of the story is lived.
RECENT = timedelta(hours=14)
#: Sessions since then are followed up by aftercare messages and recovery checks.
FOLLOWED_UP = timedelta(days=45)


@dataclass(frozen=True)
class Place:
    """A location with its staff, as the story acts through them. `now` is the end of the story."""

    location: Location
    now: datetime

    @property
    def today(self) -> date:
        """The last day of the story, local."""
        return local_day(self.now, self.location.tz)

    @property
    def recent(self) -> datetime:
        """From here on the story is lived through the actions; what lies before is written whole."""
        return self.now - RECENT

    def follows_up(self, performed_at: datetime) -> bool:
        """Whether the clinic asked how it went: it has done so for six weeks."""
        return performed_at >= self.now - FOLLOWED_UP

    @cached_property
    def desk(self) -> User:
        """Who books."""
        return User.objects.get(memberships__location=self.location, memberships__role=FRONT_DESK.code)

    @cached_property
    def practitioners(self) -> list[Practitioner]:
        """Who treats here, in the order of the file."""
        return list(
            Practitioner.objects.filter(resource__placements__location=self.location)
            .select_related("user", "resource")
            .order_by("pk")
        )

    @cached_property
    def lead(self) -> Practitioner:
        """Who signs what needs a signature: the first of the file."""
        return self.practitioners[0]

    def practitioner(self, resource_id: int) -> Practitioner:
        """By the id of the resource."""
        return next(one for one in self.practitioners if one.pk == resource_id)

    @cached_property
    def patients(self) -> list[Patient]:
        """Everybody registered here, in the order in which they were."""
        return list(Patient.objects.at(self.location).order_by("pk"))

    @cached_property
    def _closed(self) -> set[date]:
        zone = self.location.tz
        rows = Closure.objects.standing().filter(location=self.location, resource=None)
        return {
            local_day(row.starts_at, zone) + timedelta(days=n)
            for row in rows
            for n in range(max((row.ends_at - row.starts_at).days, 1))
        }

    def is_open(self, day: date) -> bool:
        """Whether patients are seen on a day."""
        return day not in self._closed

    def dice(self, *names: object) -> Random:
        """Dice of this place."""
        return dice(self.location.slug, *names)

    def slot(
        self,
        visit: Visit,
        day: date,
        *,
        now: datetime,
        rng: Random,
        wanted: int | None = None,
        **options: Any,
    ) -> Any:
        """A free time on a day, chosen by dice, or the nearest to `wanted` minutes after midnight; None without one."""
        wishes = options.pop("wishes", Wishes())
        found = list(free_slots(visit, first_day=day, days=1, now=now, wishes=wishes, **options))
        if not found:
            return None
        if wanted is None:
            return rng.choice(found)
        return min(found, key=lambda slot: abs(self.minute(slot.start) - wanted))

    def minute(self, moment: datetime) -> int:
        """Minutes after local midnight on the wall."""
        local = moment.astimezone(self.location.tz)
        return local.hour * 60 + local.minute


def known_by(session: TreatmentSession) -> tuple[int, int]:
    """What tells a session apart in every telling: rows get their numbers in the order of writing, people do not."""
    return session.plan.patient_id, session.number


def taken_by(row: Appointment) -> dict[str, Resource]:
    """What an appointment occupies, by kind."""
    return {claim.resource.kind: claim.resource for claim in row.claims.select_related("resource")}


@dataclass(frozen=True)
class Catalogue:
    """The protocols that are on, by code."""

    versions: dict[str, ProtocolVersion]

    @classmethod
    def read(cls) -> Catalogue:
        """What new plans get."""
        rows = ProtocolVersion.objects.active().select_related("protocol")
        return cls({row.protocol.code: row for row in rows})

    def definition(self, code: str) -> Any:
        """The typed definition."""
        version = self.versions[code]
        return definition_by(version.pk, version.checksum)

    def rhythms(self, longest: int = 12) -> dict[str, Rhythm]:
        """Ideal days between the sessions of each protocol."""
        return {
            code: Rhythm(
                tuple(self.definition(code).step_before(n).ideal_days for n in range(2, longest + 1))
            )
            for code in self.versions
        }
