"""The clinic that is measured: 200 resources, three years, a million claims; and the same question on ten thousand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Model
from psycopg import sql

from clinic.models import Location

MILLION, SMALL = 1_000_000, 10_000
PRACTITIONERS, ROOMS, DEVICES = 100, 60, 40
RESOURCES = PRACTITIONERS + ROOMS + DEVICES
DAYS = 1096
#: The day that the questions are asked on: the Monday of this week, in the middle of the data. The server that is
#: measured over HTTP reads the clock, so the data must lie around it; a Monday keeps runs comparable.
TODAY = (_DAY := datetime.now(UTC).date()) - timedelta(days=_DAY.weekday())
FIRST_DAY = TODAY - timedelta(days=DAYS // 2)
SCALE = float(os.environ.get("BENCH_SCALE", "1"))

_PLACE = """
    INSERT INTO clinic_location (slug, name, message_name, zone, country, subdivision, language, phone, email, address,
                                 emergency_number, is_active)
    VALUES ('bench', 'Bench', 'Bench', 'Europe/Berlin', 'DE', '', 'en', '+493012345678', '', '', '112', true),
           ('pool', 'Pool', 'Pool', 'Europe/Berlin', 'DE', '', 'en', '+493012345678', '', '', '112', true);
    INSERT INTO clinic_openinghours (weekday, opens, closes, valid_from, location_id)
    SELECT d, '08:00', '20:00', '2020-01-01', l.id FROM generate_series(0, 6) d, clinic_location l;
    INSERT INTO clinic_resource (kind, name, is_active)
    SELECT CASE WHEN i <= {p} THEN 'practitioner' WHEN i <= {p} + {r} THEN 'room' ELSE 'device' END, 'R' || i, true
      FROM generate_series(1, {p} + {r} + {d}) i;
    INSERT INTO clinic_placement (resource_id, location_id) SELECT r.id, l.id FROM clinic_resource r, clinic_location l
     WHERE l.slug = 'bench' OR r.id = ANY('{{{pool}}}');
    INSERT INTO clinic_practitioner (resource_id, title, qualification, registration_number, certificates, colour)
    SELECT id, '', 'DOC', '', '{{}}', 1 FROM clinic_resource WHERE kind = 'practitioner';
    INSERT INTO clinic_room (resource_id, kind) SELECT id, 'treatment' FROM clinic_resource WHERE kind = 'room';
    INSERT INTO clinic_devicemodel (code, name, kind, maker, max_depth_mm) VALUES ('pen', 'Pen', 'EQ_PEN', '', 2.5);
    INSERT INTO clinic_device (resource_id, model_id, serial_number)
    SELECT r.id, m.id, 'S' || r.id FROM clinic_resource r, clinic_devicemodel m WHERE r.kind = 'device';
    INSERT INTO clinic_workinghours (weekday, opens, closes, valid_from, resource_id, location_id)
    SELECT d, '09:00', '18:30', '2020-01-01', r.id, l.id
      FROM generate_series(0, 5) d, clinic_resource r, clinic_location l WHERE r.kind = 'practitioner';
    INSERT INTO clinic_patient (given_name, family_name, born_on, phone, email, language, preferred_channel, alert,
                                desk_note, extra_minutes, search)
    SELECT 'Given' || i % 900, 'Family' || i, DATE '1950-01-01' + i % 18000, '+4915' || lpad(i::text, 9, '0'), '', 'en',
           'sms', '', '', 0, 'given' || i % 900 || ' family' || i || ' +4915' || lpad(i::text, 9, '0')
      FROM generate_series(1, {patients}) i;
    INSERT INTO clinic_registration (patient_id, location_id, is_home, registered_at)
    SELECT p.id, l.id, l.slug = 'bench', now() FROM clinic_patient p, clinic_location l;
"""
#: Five appointments a day and resource, none overlapping: 105 minutes apart, 45 to 75 long, moved by up to 25.
_CLAIMS = """
    CREATE TEMP TABLE wanted ON COMMIT DROP AS
    SELECT r.id AS resource_id,
           (r.id - 1) * 1000 + (d * 5 + k) % 1000 + 1 AS patient_no,
           ((DATE '{first}' + d)::timestamp + interval '9 hours' + k * interval '105 minutes'
             + (hashint8(r.id * 7919 + d * 31 + k) & 1048575) % 6 * interval '5 minutes')
             AT TIME ZONE 'Europe/Berlin' AS starts_at,
           (45 + (hashint8(r.id * 104729 + d * 17 + k) & 1048575) % 7 * 5) * interval '1 minute' AS lasts,
           row_number() OVER () AS no
      FROM clinic_resource r, generate_series({from_day}, {until_day}) d, generate_series(0, 4) k
     WHERE (hashint8(r.id * 15485863 + d * 101 + k) & 1048575) % 1000 < 912 AND r.id = ANY('{{{resources}}}');
    INSERT INTO bookings_appointment (id, patient_id, location_id, kind, status, starts_at, ends_at,
                                      created_at{appointment_columns})
    SELECT no, ((patient_no - 1) % {patients}) + 1, (SELECT id FROM clinic_location WHERE slug = 'bench'),
           'consultation', 'booked',
           starts_at, starts_at + lasts, starts_at - interval '30 days'{appointment_values} FROM wanted;
    INSERT INTO bookings_claim (resource_id, starts_at, ends_at, appointment_id{claim_columns})
    SELECT resource_id, starts_at, starts_at + lasts, no{claim_values} FROM wanted;
    SELECT setval(pg_get_serial_sequence('bookings_appointment', 'id'), (SELECT max(id) FROM bookings_appointment));
"""


def database_name(claims: int) -> str:
    """The database that holds so many claims."""
    return f"bench_{claims}" if SCALE == 1 else f"bench_{claims}_{SCALE:g}".replace(".", "_")


@contextmanager
def use(claims: int) -> Iterator[Location]:
    """Makes the database of that size once, points Django at it, and gives its large location."""
    with database(database_name(claims), lambda: _fill(claims)) as place:
        yield place


@contextmanager
def database(name: str, fill: Callable[[], None]) -> Iterator[Location]:
    """Makes a database once, migrated and filled; points Django at it, and gives its first location."""
    before = connection.settings_dict["NAME"]
    is_new = _created(name)
    _point_at(name)
    try:
        if is_new:
            try:
                call_command("migrate", verbosity=0)
                fill()
            except BaseException:
                _drop(name)  # half a clinic is not measured by the next run
                raise
        yield Location.objects.order_by("pk")[0]
    finally:
        _point_at(before)


def _point_at(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name


def _created(name: str) -> bool:
    with _admin() as admin:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True


def _drop(name: str) -> None:
    connections.close_all()
    with _admin() as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _admin() -> psycopg.Connection:
    settings = {**connection.get_connection_params(), "dbname": "postgres"}
    for ours in ("context", "cursor_factory", "prepare_threshold"):
        settings.pop(ours, None)
    return psycopg.connect(**settings, autocommit=True)


def _fill(claims: int) -> None:
    everything = claims == MILLION
    patients = int(RESOURCES * 1000 * SCALE)
    span = (0, int(DAYS * SCALE) - 1) if everything else _small_span()
    resources = range(1, RESOURCES + 1) if everything else small_resources()
    facts: dict[str, object] = {
        "first": FIRST_DAY,
        "from_day": span[0],
        "until_day": span[1],
        "patients": patients,
        "resources": ",".join(map(str, resources)),
    }
    _add_defaults(facts)
    pool = ",".join(map(str, small_resources()))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_PLACE.format(p=PRACTITIONERS, r=ROOMS, d=DEVICES, patients=patients, pool=pool))
        cursor.execute("BEGIN")
        cursor.execute(_CLAIMS.format(**facts))
        cursor.execute("COMMIT")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _add_defaults(facts: dict[str, object]) -> None:
    """Every column that the statements do not name gets its model's default; instants get now."""
    from bookings.models import Appointment, Claim  # after django.setup()

    facts |= defaults_of(
        "appointment", Appointment, "id patient location kind status starts_at ends_at created_at"
    )
    facts |= defaults_of("claim", Claim, "id resource starts_at ends_at appointment")


def defaults_of(name: str, model: type[Model], named: str) -> dict[str, str]:
    """`name_columns` and `name_values`: what a statement that names only some columns lacks."""
    fresh = [f for f in model._meta.concrete_fields if f.name not in named.split() and not f.null]
    return {
        f"{name}_columns": "".join(f", {field.column}" for field in fresh),
        f"{name}_values": "".join(f", {_literal(field.get_default())}" for field in fresh),
    }


def _literal(value: object) -> str:
    if value is None:
        return "now()"
    return f"'{value}'" if not isinstance(value, bool | int) else str(value).lower()


def pool_place() -> Location:
    """The location where only the small pool works."""
    return Location.objects.select_related("settings").get(slug="pool")


def small_resources() -> list[int]:
    """10 practitioners, 5 rooms, 3 devices: the pool of the questions that are asked on both sizes."""
    return [*range(1, 11), *range(101, 106), *range(161, 164)]


def _small_span() -> tuple[int, int]:
    """About 120 days around the day of the question: some 10,000 claims for 18 resources."""
    middle = (TODAY - FIRST_DAY).days
    return middle - 15, middle + 105


def now() -> datetime:
    """The instant of every question."""
    return datetime(TODAY.year, TODAY.month, TODAY.day, 6, 0, tzinfo=UTC)
