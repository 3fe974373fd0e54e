"""Nobody sees a patient of a location where they do not work (P7): every model that names one says who may see it."""

from itertools import chain

import pytest
from django.apps import apps
from django.db.models import Model

from clinic.models import Location, Patient

OURS = ["clinic", "messaging", "treatments", "bookings"]
#: Names a patient or a location and has no `visible_to`: through what it is reached instead.
REACHED_THROUGH = {
    "clinic.AccessLog": "shown on no page; the operator reads it in the database or in the admin",
    "clinic.ClinicSettings": "the location that the user works at, one to one",
    "clinic.Membership": "the user's own rows; managers see those of their locations on the staff page",
    "clinic.OpeningHours": "the location; hours are no secret",
    "clinic.PatientLink": "the token alone: whoever holds the link, for one patient",
    "clinic.Placement": "`Resource.visible_to`",
    "clinic.Registration": "`Patient.visible_to` is made of it",
    "clinic.WorkingHours": "`Resource.visible_to`",
    "messaging.ContactChoice": "`Patient.visible_to`, on the patient's page",
    "treatments.ClinicalProfile": "`Patient.visible_to` with SEE_CLINICAL, on the patient's page",
    "treatments.EarlierTreatment": "`Patient.visible_to` with SEE_CLINICAL, on the patient's page",
    "treatments.Lot": "the location that the user works at; stock names no patient",
    "treatments.PatchTest": "`Patient.visible_to` with SEE_CLINICAL, on the patient's page",
}


def _naming() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and not model.__name__.endswith("History")
        and any(
            field.related_model in (Patient, Location)
            for field in chain(model._meta.concrete_fields, model._meta.many_to_many)
        )
    ]


def test_models_that_name_a_patient_or_a_place_are_found_at_all() -> None:
    assert {"bookings.Appointment", "treatments.TreatmentPlan"} <= {one._meta.label for one in _naming()}


@pytest.mark.parametrize("model", _naming(), ids=lambda model: model._meta.label)
def test_every_model_with_a_patient_or_a_place_says_who_may_see_it(model: type[Model]) -> None:
    says_so = hasattr(model._default_manager, "visible_to")
    assert says_so is not (model._meta.label in REACHED_THROUGH)


@pytest.mark.parametrize("label", sorted(REACHED_THROUGH))
def test_every_exception_is_a_model_that_still_names_one(label: str) -> None:
    assert apps.get_model(label) in _naming()
