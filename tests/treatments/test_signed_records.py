"""What was signed stays (P8): not by Python, SQL, the operator's pages, the record's own page or the API."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from clinic.errors import DomainError
from clinic.models import User
from tests.treatments.day import DAY, NOW, Clinic, treated
from treatments.actions.records import add_addendum, save_draft
from treatments.models import Addendum, ProductUse, SessionRecord, ZoneRecord

pytestmark = pytest.mark.django_db


def test_signed_record_cannot_be_changed_by_any_way(clinic: Clinic) -> None:
    record = treated(clinic.plan(), clinic).record
    zone, use = record.zones.first(), record.products.first()
    assert zone is not None
    assert use is not None
    zone.depth_mm = Decimal("2.00")
    attempts: list[Any] = [
        lambda: SessionRecord.objects.filter(pk=record.pk).update(note="other"),
        lambda: SessionRecord.objects.filter(pk=record.pk).update(
            status="draft", signed_at=None, signed_by=None
        ),
        record.delete,
        zone.save,
        use.delete,
        lambda: ZoneRecord.objects.filter(record=record).update(depth_mm=Decimal("2.00")),
        lambda: ZoneRecord.objects.filter(record=record).delete(),
        lambda: ZoneRecord.objects.bulk_create([ZoneRecord(record=record, zone="F_CHIN", side="M")]),
        lambda: ProductUse.objects.filter(record=record).update(lot=None),
        lambda: sql("UPDATE treatments_sessionrecord SET pain_max = 9 WHERE id = %s", record.pk),
        lambda: sql("DELETE FROM treatments_zonerecord WHERE record_id = %s", record.pk),
        lambda: sql("UPDATE treatments_productuse SET amount = 9 WHERE record_id = %s", record.pk),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    again = SessionRecord.objects.get(pk=record.pk)
    assert (again.note, again.pain_max, again.zones.count(), again.products.count()) == ("", 3, 2, 2)


def sql(text: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_signed_record_takes_addenda_that_stay(clinic: Clinic) -> None:
    record = treated(clinic.plan(), clinic).record
    with pytest.raises(DomainError) as signed:
        save_draft(record.pk, version=record.version, draft={})
    assert signed.value.code == "record_signed"
    note = add_addendum(record.pk, text="Left cheek: 5 passes.", by=clinic.doctor_user, now=NOW + DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Addendum.objects.filter(pk=note.pk).update(text="other")
    assert [row.text for row in record.addenda.all()] == ["Left cheek: 5 passes."]


def test_signed_record_cannot_be_changed_by_the_operator(clinic: Clinic, client: Client) -> None:
    record = treated(clinic.plan(), clinic).record
    client.force_login(User.objects.create_superuser(email="operator@example.org", password="long enough"))
    change = reverse("admin:treatments_sessionrecord_change", args=[record.pk])
    delete = reverse("admin:treatments_sessionrecord_delete", args=[record.pk])

    assert client.get(change).status_code == 200, "it is shown"
    assert client.post(change, {"note": "other", "status": "draft"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    again = SessionRecord.objects.get(pk=record.pk)
    assert (again.status, again.note) == (record.status, record.note)
    assert not any(admin.site.is_registered(model) for model in (ZoneRecord, ProductUse, Addendum))


def test_signed_record_cannot_be_changed_by_its_own_page(clinic: Clinic, client: Client) -> None:
    record = treated(clinic.plan(), clinic).record
    client.force_login(clinic.doctor_user)
    address = reverse("treatments:record", args=[record.session_id])
    typed = {"version": record.version, "note": "other", "zones_shown": "1"}

    assert client.post(address, typed, headers={"X-Requested-With": "autosave"}).status_code == 409
    assert client.post(address, {**typed, "sign": "1"}).status_code == 422
    again = SessionRecord.objects.get(pk=record.pk)
    assert (again.note, again.version, again.zones.count()) == (record.note, record.version, 2)


def test_the_api_has_no_way_to_a_session_record(clinic: Clinic, client: Client) -> None:
    schema = json.loads(
        client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).content
    )
    told = json.dumps(schema["components"]["schemas"])
    assert [path for path in schema["paths"] if "record" in path] == []
    assert [word for word in ("signed_at", "depth_mm", "pain_max", "volume_ml") if word in told] == []
