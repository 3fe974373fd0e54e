"""P7: nobody sees a patient of a location where they do not work."""

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from clinic import roles
from clinic.access import log_access, may
from clinic.models import AccessLog, Patient, User
from clinic.roles import Permission
from tests.factories import LocationFactory, PatientFactory, UserFactory, register, staff

pytestmark = pytest.mark.django_db


def test_staff_see_the_patients_of_their_location_and_no_others() -> None:
    here, there = LocationFactory(), LocationFactory()
    amina = staff(at=here)
    ours, _theirs = PatientFactory(at=here), PatientFactory(at=there)
    assert list(Patient.objects.visible_to(amina)) == [ours]


def test_a_patient_of_two_locations_is_seen_once_at_each() -> None:
    here, there = LocationFactory(), LocationFactory()
    patient = PatientFactory(at=here)
    register(patient, there, is_home=False)
    amina = staff(at=here)
    assert list(Patient.objects.visible_to(amina)) == [patient]
    assert list(Patient.objects.visible_to(staff(at=there))) == [patient]


def test_a_login_without_a_place_or_switched_off_sees_nobody() -> None:
    here = LocationFactory()
    PatientFactory(at=here)
    gone = staff(at=here)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    assert list(Patient.objects.visible_to(UserFactory())) == []
    assert list(Patient.objects.visible_to(gone)) == []


def test_the_front_desk_has_no_clinical_permission() -> None:
    clinical = {
        Permission.SEE_CLINICAL,
        Permission.SCREEN,
        Permission.TREAT,
        Permission.SEE_RECOVERY,
        Permission.APPROVE,
    }
    assert roles.FRONT_DESK.permissions & clinical == set()


def test_a_permission_counts_only_at_its_location() -> None:
    here, there = LocationFactory(), LocationFactory()
    amina = staff(roles.LEAD, at=here)
    assert may(amina, Permission.APPROVE, here)
    assert not may(amina, Permission.APPROVE, there)
    assert may(amina, Permission.APPROVE)


def test_a_look_at_a_patient_is_logged_for_good() -> None:
    here = LocationFactory()
    amina, patient = staff(at=here), PatientFactory(at=here)
    request = RequestFactory().get("/")
    request.user = amina
    log_access(request, patient, "patient page", now=timezone.now())
    row = AccessLog.objects.get()
    assert (row.user, row.patient, row.what) == (amina, patient, "patient page")
    with pytest.raises(Exception, match="Cannot update or delete rows"):
        AccessLog.objects.all().delete()


def test_the_patient_page_of_another_location_does_not_exist(client: Client) -> None:
    here, there = LocationFactory(), LocationFactory()
    chidi = staff(at=there)
    patient = PatientFactory(at=here)
    client.force_login(chidi)
    assert client.get(f"/patients/{patient.pk}/").status_code == 404
    assert client.get(f"/patients/{patient.pk}/edit/").status_code == 404
    assert client.post(f"/patients/{patient.pk}/edit/", {"given_name": "X"}).status_code == 404
