"""Patients: register, change, find those who may be the same person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.models import Location, Patient, Registration


@transaction.atomic
def register_patient(*, location: Location, details: Mapping[str, Any], by: Any, now: datetime) -> Patient:
    """A new patient, known at the location. `details` are the columns of `Patient` by name."""
    patient = Patient.objects.create(**details)
    Registration.objects.create(patient=patient, location=location, registered_at=now, registered_by=by)
    return patient


@transaction.atomic
def update_patient(patient: Patient, *, details: Mapping[str, Any], by: Any, now: datetime) -> Patient:
    """Changes who it is and how to reach them; the history keeps what was before."""
    for name, value in details.items():
        setattr(patient, name, value)
    patient.save(update_fields=list(details))
    return patient
