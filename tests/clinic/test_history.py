"""P9: every change says who, when and what it was before; bulk and raw SQL included."""

import pghistory
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection

from clinic.models import Patient
from tests.factories import LocationFactory, PatientFactory, staff

pytestmark = pytest.mark.django_db
PatientHistory = apps.get_model("clinic", "PatientHistory")


def test_a_bulk_update_keeps_what_was_before_and_who_did_it() -> None:
    amina = staff(at=LocationFactory())
    patient = PatientFactory(family_name="Demir")
    with pghistory.context(user=amina.pk, request_id="r-1"):
        Patient.objects.filter(pk=patient.pk).update(family_name="Kaya")
    last = PatientHistory.objects.filter(pgh_obj_id=patient.pk).order_by("pgh_id").last()
    assert (last.family_name, last.pgh_label) == ("Kaya", "update")
    assert last.pgh_context.metadata == {"user": amina.pk, "request_id": "r-1"}


def test_raw_sql_is_seen_too() -> None:
    patient = PatientFactory(family_name="Demir")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_patient SET family_name = 'Raw' WHERE id = %s", [patient.pk])
    names = (
        PatientHistory.objects.filter(pgh_obj_id=patient.pk)
        .order_by("pgh_id")
        .values_list("family_name", flat=True)
    )
    assert list(names) == ["Demir", "Raw"]


def test_nobody_rewrites_history() -> None:
    patient = PatientFactory()
    with pytest.raises(ProgrammingError, match="Cannot update or delete rows"):
        PatientHistory.objects.filter(pgh_obj_id=patient.pk).update(family_name="Nobody")
