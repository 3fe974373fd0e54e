"""The clinic whose pages are measured: 50 practitioners, 600 appointments a day, a million in all, 200,000 patients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection

from bench import data
from bookings.models import Appointment, Claim
from clinic.models import ClinicSettings, Location, Patient
from treatments.models import TreatmentPlan, TreatmentSession

PRACTITIONERS, A_DAY = 50, 12
#: Days of the full clinic, and of the small one with the same day in it: a million and ten thousand appointments.
DAYS, FEW_DAYS = 1667, 17
PATIENTS = int(200_000 * data.SCALE) if data.SCALE < 1 else 200_000
#: The measured day is inside a long past and two months of future.
AHEAD = 60

GIVEN = """
    Zoë Amélie Björn Søren Łucja Nuño Chloë André Renée José María Jürgen Anaïs Agnès Márta Ana Anna Leyla Omar
    Yusuf Noor Petra Sabine Keisha Mamadou Jonas Ruth Finn Olga Hana Karim Greta Samir Lena Ines Chen Eva Paul
    Marta Ben Ute Nele Julia Paola Mira Selin Tomás Luca Mia Otto
"""
FAMILY = """
    Müller Schäfer Weiß Großmann Lefèvre Vázquez Kühn Böhm Aydın Novák Hoffmann Seidel Demir Okafor Adler Kaya
    Lorenz Petrov Sato Aziz Lind Roth Schmid Fuchs Falk Yu Conti Wolf Stein Graf Vogt Braun Diaz Wirth Said Maier
    Klein Holm Nassar Brandt Rey Kim Haddad Adeyemi Köhler Nguyễn Þórsson Çelik Ibáñez Quandt
"""

_PEOPLE = """
    INSERT INTO clinic_location (slug, name, message_name, zone, country, subdivision, language, phone, email, address,
                                 emergency_number, is_active)
    VALUES ('bench', 'Bench', 'Bench', 'Europe/Berlin', 'DE', '', 'en', '+493012345678', '', '', '112', true);
    INSERT INTO clinic_openinghours (weekday, opens, closes, valid_from, location_id)
    SELECT d, '08:00', '20:00', '2015-01-01', l.id FROM generate_series(0, 6) d, clinic_location l;
    INSERT INTO clinic_resource (kind, name, is_active)
    SELECT CASE WHEN i <= {p} THEN 'practitioner' ELSE 'room' END,
           CASE WHEN i <= {p} THEN 'Dr. ' || (CAST('{{{family}}}' AS text[]))[i] ELSE 'Room ' || i - {p} END, true
      FROM generate_series(1, 2 * {p}) i;
    INSERT INTO clinic_placement (resource_id, location_id) SELECT r.id, l.id FROM clinic_resource r, clinic_location l;
    INSERT INTO clinic_practitioner (resource_id, title, qualification, registration_number, certificates, colour)
    SELECT id, '', 'DOC', '', '{{}}', 1 + id % 5 FROM clinic_resource WHERE kind = 'practitioner';
    INSERT INTO clinic_room (resource_id, kind) SELECT id, 'treatment' FROM clinic_resource WHERE kind = 'room';
    INSERT INTO clinic_workinghours (weekday, opens, closes, valid_from, resource_id, location_id)
    SELECT d, '09:00', '19:00', '2015-01-01', r.id, l.id
      FROM generate_series(0, 6) d, clinic_resource r, clinic_location l WHERE r.kind = 'practitioner';
    DROP INDEX patient_search_trigrams;
    INSERT INTO clinic_patient (given_name, family_name, born_on, phone, email, language, preferred_channel, alert,
                                desk_note, extra_minutes, search)
    SELECT (CAST('{{{given}}}' AS text[]))[1 + i % 50], (CAST('{{{family}}}' AS text[]))[1 + (i / 50) % 50] || suffix,
           born, phone, '', 'en', 'sms', CASE WHEN i % 40 = 0 THEN 'hard of hearing' ELSE '' END, '', 0,
           (CAST('{{{plain_given}}}' AS text[]))[1 + i % 50] || ' '
             || (CAST('{{{plain_family}}}' AS text[]))[1 + (i / 50) % 50] || lower(suffix) || ' ' || phone || ' '
             || to_char(born, 'DD.MM.YYYY') || ' ' || to_char(born, 'YYYY-MM-DD')
      FROM (SELECT i, DATE '1940-01-01' + (i::bigint * 7919 % 24000)::int AS born,
                   '+4915' || lpad((i::bigint * 104729 % 999999937)::text, 9, '0') AS phone,
                   CASE WHEN i < 40000 THEN ''
                        ELSE '-' || (CAST('{{{family}}}' AS text[]))[1 + (i / 2500) % 50] END AS suffix
              FROM generate_series(1, {patients}) i) made;
    CREATE INDEX patient_search_trigrams ON clinic_patient USING gin (search gin_trgm_ops);
    INSERT INTO clinic_registration (patient_id, location_id, is_home, registered_at)
    SELECT p.id, l.id, true, now() FROM clinic_patient p, clinic_location l;
"""
#: Twelve a day and practitioner, 45 minutes apart, 30 or 40 long; each in the practitioner's own room.
_VISITS = """
    CREATE TEMP TABLE wanted ON COMMIT DROP AS
    SELECT row_number() OVER () AS no, w AS who,
           1 + ((d * 12 + k) * {p} + w) % {patients} AS patient_no, d - {today} AS distance, k,
           ((DATE '{first}' + d)::timestamp + interval '9 hours' + k * interval '45 minutes')
             AT TIME ZONE 'Europe/Berlin' AS starts_at,
           (30 + w % 2 * 10) * interval '1 minute' AS lasts
      FROM generate_series(0, {days} - 1) d, generate_series(0, 11) k, generate_series(1, {p}) w;
    INSERT INTO bookings_appointment (id, patient_id, location_id, kind, status, starts_at, ends_at, created_at,
                                      agreed_at, confirmed_at{appointment_columns})
    SELECT no, patient_no, (SELECT id FROM clinic_location), 'consultation',
           CASE WHEN distance < 0 OR (distance = 0 AND k < 4) THEN 'fulfilled'
                WHEN distance = 0 AND k = 4 AND no % 3 = 0 THEN 'arrived' ELSE 'booked' END,
           starts_at, starts_at + lasts, starts_at - interval '30 days', starts_at - interval '30 days',
           CASE WHEN no % 4 > 0 THEN starts_at - interval '3 days' END{appointment_values} FROM wanted;
    INSERT INTO bookings_claim (resource_id, starts_at, ends_at, appointment_id{claim_columns})
    SELECT who, starts_at, starts_at + lasts, no{claim_values} FROM wanted;
    INSERT INTO bookings_claim (resource_id, starts_at, ends_at, appointment_id{claim_columns})
    SELECT who + {p}, starts_at, starts_at + lasts + interval '5 minutes', no{claim_values} FROM wanted
     WHERE distance BETWEEN -7 AND 30;
    INSERT INTO bookings_appointmentstatuschange (appointment_id, from_status, to_status, changed_at, reason)
    SELECT no, 'booked', 'arrived', starts_at - interval '4 minutes', '' FROM wanted WHERE distance = 0 AND k < 5;
    SELECT setval(pg_get_serial_sequence('bookings_appointment', 'id'), (SELECT max(id) FROM bookings_appointment));
"""
#: Everybody of the measured day has a series of four: the first two performed, the third today, the fourth to come.
_SERIES = """
    INSERT INTO treatments_treatmentplan (patient_id, location_id, concern, title, status, created_at{plan_columns})
    SELECT patient_id, location_id, 'ACNE_SCAR', 'Acne scars', 'active', created_at{plan_values}
      FROM bookings_appointment WHERE starts_at >= %(start)s AND starts_at < %(end)s;
    INSERT INTO treatments_treatmentsession (plan_id, number, protocol_version_id, status,
                                             performed_at{session_columns})
    SELECT p.id, n, %(version)s, CASE WHEN n < 3 THEN 'completed' ELSE 'preparation' END,
           CASE WHEN n < 3 THEN %(start)s - (3 - n) * interval '28 days' END{session_values}
      FROM treatments_treatmentplan p, generate_series(1, 4) n;
    UPDATE bookings_appointment a SET treatment_session_id = s.id, kind = 'treatment'
      FROM treatments_treatmentsession s JOIN treatments_treatmentplan p ON p.id = s.plan_id
     WHERE a.patient_id = p.patient_id AND s.number = 3 AND a.starts_at >= %(start)s AND a.starts_at < %(end)s;
"""
_EXCLUSIONS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE contype = 'x' AND conrelid IN ('bookings_appointment'::regclass, 'bookings_claim'::regclass)
"""


def now() -> datetime:
    """The instant of every question: a quarter to one in Berlin, in the middle of the day's work."""
    return datetime(data.TODAY.year, data.TODAY.month, data.TODAY.day, 10, 45, tzinfo=UTC)


@contextmanager
def use(days: int = DAYS) -> Iterator[Location]:
    """Makes the clinic with so many days once, points Django at it, and gives its location."""
    with data.database(f"bench_desk_{days}_{PATIENTS}", lambda: _fill(days)) as place:
        yield place


def _fill(days: int) -> None:
    from tests.factories import protocol_version

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_PEOPLE.format(**_people(PATIENTS if days == DAYS else min(PATIENTS, 20_000))))
        cursor.execute(_EXCLUSIONS)
        kept = cursor.fetchall()
        for table, name, _definition in kept:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute("BEGIN")
        cursor.execute(_VISITS.format(**_visits(days)))
        cursor.execute("COMMIT")
        for table, name, definition in kept:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    ClinicSettings.objects.get_or_create(location=Location.objects.get())
    version = protocol_version("MN_ACNE_SCAR")
    start = datetime(data.TODAY.year, data.TODAY.month, data.TODAY.day, tzinfo=UTC)
    with connection.cursor() as cursor:
        told = {"start": start, "end": start + timedelta(days=1), "version": version.pk}
        cursor.execute(_SERIES.format(**_series()), told)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")


def _people(patients: int) -> dict[str, object]:
    plain = {
        f"plain_{name}": ",".join(map(_plain, words.split()))
        for name, words in (("given", GIVEN), ("family", FAMILY))
    }
    return {
        "p": PRACTITIONERS,
        "patients": patients,
        "given": ",".join(GIVEN.split()),
        "family": ",".join(FAMILY.split()),
        **plain,
    }


def _plain(name: str) -> str:
    from clinic.searching import search_text

    return search_text(name)


def _visits(days: int) -> dict[str, object]:
    today = days - AHEAD if days > AHEAD else days // 2
    return {
        "p": PRACTITIONERS,
        "days": days,
        "today": today,
        "first": data.TODAY - timedelta(days=today),
        "patients": Patient.objects.count(),
        **data.defaults_of(
            "appointment",
            Appointment,
            "id patient location kind status starts_at ends_at created_at agreed_at confirmed_at",
        ),
        **data.defaults_of("claim", Claim, "id resource starts_at ends_at appointment"),
    }


def _series() -> dict[str, str]:
    return {
        **data.defaults_of("plan", TreatmentPlan, "id patient location concern title status created_at"),
        **data.defaults_of(
            "session", TreatmentSession, "id plan number protocol_version status performed_at"
        ),
    }
