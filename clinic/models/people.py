"""Users (logins), their memberships, and patients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from clinic.history import tracked
from clinic.models.visibility import seen_by
from clinic.roles import ROLE_CHOICES, Permission
from clinic.searching import search_text

if TYPE_CHECKING:
    from clinic.models.places import Location


class UserManager(BaseUserManager["User"]):
    """Creates logins by e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A login. Without a password nobody can sign in with it until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An operator: the admin pages, every location."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


@tracked(exclude=("last_login",))
class User(AbstractUser):
    """A login of a member of staff. What it may do is decided by its memberships, never by the login itself."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    shortcuts_enabled = models.BooleanField(_("keyboard shortcuts"), default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name as people say it."""
        return self.name

    def get_short_name(self) -> str:
        """The first part of the name."""
        return self.name.split(" ")[0]


@tracked()
class Membership(models.Model):
    """A user works at a location in a role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    location = models.ForeignKey("clinic.Location", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "location", "role"], name="membership_role_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.location}"


class PatientQuerySet(models.QuerySet["Patient"]):
    """Which patients."""

    def visible_to(self, user: Any, permission: Permission = Permission.SEE_PATIENTS) -> PatientQuerySet:
        """Patients registered at a location where the user works in a role with the permission."""
        registered = Registration.objects.values("patient")
        return seen_by(
            user, self, permission, lambda places: Q(pk__in=registered.filter(location__in=places))
        )

    def at(self, location: Location) -> PatientQuerySet:
        """Patients registered at a location."""
        return self.filter(registrations__location=location)

    def known_at(self, locations: Iterable[int]) -> PatientQuerySet:
        """Patients registered at one of some locations, named by id: the plan stays good for a search of many."""
        here = Registration.objects.filter(patient=OuterRef("pk"), location__in=list(locations))
        return self.filter(Exists(here))

    def matching(self, words: str) -> PatientQuerySet:
        """Patients whose name, phone, e-mail or birth date contains every word, in any order, accents ignored.

        One or two letters are the beginning of a word: inside of words they would find nearly everybody, and no index
        helps to look for them there.
        """
        found = self
        for word in search_text(words).split():
            begins = Q(search__startswith=word) | Q(search__contains=f" {word}")
            found = found.filter(begins if len(word) < 3 else Q(search__contains=word))
        return found


@tracked(exclude=("search",))
class Patient(models.Model):
    """A person receiving care. Clinical facts live in `treatments`; here is who it is and how to reach them."""

    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    phone = PhoneNumberField(_("mobile phone"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    preferred_channel = models.CharField(
        _("preferred channel"),
        max_length=10,
        choices=[("sms", _("SMS")), ("email", _("e-mail"))],
        default="sms",
    )
    alert = models.CharField(_("alert for everybody"), max_length=200, blank=True)
    desk_note = models.TextField(_("note for the desk"), blank=True)
    #: Added to the part of each appointment that the practitioner spends with the patient.
    extra_minutes = models.PositiveSmallIntegerField(_("extra minutes"), default=0)
    locations = models.ManyToManyField(
        "clinic.Location", through="clinic.Registration", related_name="patients"
    )
    search = models.TextField(editable=False)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "given_name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(extra_minutes__lte=120), name="patient_extra_minutes_at_most_120"
            ),
        ]
        indexes = [
            GinIndex(OpClass("search", "gin_trgm_ops"), name="patient_search_trigrams"),
            models.Index(Upper("family_name"), "born_on", name="patient_family_name_born"),
            models.Index(fields=["family_name", "given_name", "id"], name="patient_by_name"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the search text beside the columns that it is made of."""
        self.search = self.searchable()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search"}
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """Given name, then family name."""
        return f"{self.given_name} {self.family_name}".strip()

    def searchable(self) -> str:
        """What the search looks in: names without accents, digits of the phone, e-mail, birth date."""
        born = f"{self.born_on:%d.%m.%Y} {self.born_on:%Y-%m-%d}" if self.born_on else ""
        return search_text(f"{self.given_name} {self.family_name} {self.phone} {self.email} {born}")

    def age_on(self, day: date) -> int | None:
        """Whole years on a day; None without a birth date."""
        if self.born_on is None:
            return None
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))


@tracked()
class Registration(models.Model):
    """A patient is known at a location; who works there may see them (P7)."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="registrations")
    location = models.ForeignKey("clinic.Location", on_delete=models.PROTECT, related_name="registrations")
    is_home = models.BooleanField(default=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "location"], name="patient_registered_once_per_location"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(is_home=True), name="patient_has_one_home_location"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient} at {self.location}"
