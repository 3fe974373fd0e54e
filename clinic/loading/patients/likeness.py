"""Which rows are somebody who is known already, or the same person twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clinic.actions.patients import Likeness
from clinic.models import Location, Patient
from clinic.searching import search_text

_WORDS = {"person": "name and date of birth", "phone": "phone", "email": "e-mail address"}


@dataclass(frozen=True)
class Match:
    """What a row shares with whom; `is_exact` when name, birth date, phone and e-mail all agree."""

    same: tuple[str, ...]
    whom: str
    patient_id: int | None
    is_exact: bool

    @property
    def is_same_person(self) -> bool:
        """Name and birth date agree."""
        return self.is_exact or "person" in self.same

    def sentence(self) -> str:
        """`same phone as row 4 (Leyla Demir)`."""
        if self.is_exact:
            return f"the same as {self.whom}"
        return f"same {' and '.join(_WORDS[one] for one in self.same)} as {self.whom}"


@dataclass
class People:
    """Everybody met so far: the patients of the database, then the rows of the file one by one."""

    _by_fact: dict[tuple[str, Any], list[tuple[Likeness, str, str, int | None]]] = field(default_factory=dict)

    @classmethod
    def known(cls, location: Location) -> People:
        """All patients by name and birth date; by phone and e-mail those of the location only.

        An import at one place must not tell whose phone another place knows (P7).
        """
        people = cls()
        here = set(Patient.objects.at(location).values_list("pk", flat=True))
        for patient in Patient.objects.filter(anonymised_at=None).iterator(chunk_size=2000):
            likeness = Likeness.of_patient(patient)
            if patient.pk not in here:
                likeness = Likeness(likeness.person, "", "")
            people.add(
                likeness, _name(patient.given_name, patient.family_name), f"patient {patient.pk}", patient.pk
            )
        return people

    def add(self, likeness: Likeness, name: str, whom: str, patient_id: int | None = None) -> None:
        """Remember somebody."""
        for fact in (
            ("name", name),
            ("person", likeness.person),
            ("phone", likeness.phone),
            ("email", likeness.email),
        ):
            if fact[1]:
                self._by_fact.setdefault(fact, []).append((likeness, name, whom, patient_id))

    def matches(self, details: Mapping[str, Any]) -> list[Match]:
        """Who shares something with the row, the most alike first. A name alone is no likeness, unless all agrees."""
        wanted, name = likeness_of(details), _name(details["given_name"], details["family_name"])
        met: dict[str, Match] = {}
        for fact in (
            ("name", name),
            ("person", wanted.person),
            ("phone", wanted.phone),
            ("email", wanted.email),
        ):
            for likeness, other_name, whom, patient_id in self._by_fact.get(fact, ()) if fact[1] else ():
                is_exact = (name, wanted) == (other_name, likeness)
                if is_exact or wanted.same(likeness):
                    met[whom] = Match(wanted.same(likeness), whom, patient_id, is_exact)
        return sorted(
            met.values(), key=lambda one: (not one.is_exact, not one.is_same_person, -len(one.same))
        )


def likeness_of(details: Mapping[str, Any]) -> Likeness:
    """The likeness of a row."""
    return Likeness.of(
        details["given_name"],
        details["family_name"],
        details.get("born_on"),
        details.get("phone", ""),
        details.get("email", ""),
    )


def _name(given_name: str, family_name: str) -> str:
    return search_text(f"{given_name} {family_name}")


def name_of(details: Mapping[str, Any]) -> str:
    """The name as it is compared."""
    return _name(details["given_name"], details["family_name"])
