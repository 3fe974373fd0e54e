"""The statements that take time: the locks, the look at what is in the way, and the insert of everything.

Used by `bookings.claiming` and `bookings.claim_writing`, which say in which order; see docs/adr/0301.
"""

LOCK = """
    SELECT set_config('lock_timeout', %(timeout)s, true);
    SELECT pg_advisory_xact_lock(space, id)
      FROM unnest(%(spaces)s::int[], %(ids)s::int[]) AS wanted(space, id)
"""
LOOK = """
    SELECT 'claim', c.resource_id, c.starts_at, c.ends_at, c.appointment_id, c.closure_id,
           a.id IS NOT NULL AND a.status = 'held' AND a.held_until <= %(now)s
      FROM unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
           AS wanted(resource, starts_at, ends_at)
     CROSS JOIN LATERAL (
           SELECT * FROM bookings_claim
            WHERE resource_id = wanted.resource
              AND tstzrange(starts_at, ends_at, '[)') && tstzrange(wanted.starts_at, wanted.ends_at, '[)')) AS c
      LEFT JOIN bookings_appointment a ON a.id = c.appointment_id
     WHERE NOT coalesce(c.appointment_id = ANY(%(without)s::bigint[]), false)
    UNION ALL
    SELECT 'patient', a.patient_id, a.starts_at, a.ends_at, a.id, NULL,
           a.status = 'held' AND a.held_until <= %(now)s
      FROM unnest(%(patients)s::bigint[], %(from)s::timestamptz[], %(until)s::timestamptz[])
           AS wanted(patient, starts_at, ends_at)
     CROSS JOIN LATERAL (
           SELECT * FROM bookings_appointment
            WHERE patient_id = wanted.patient AND status IN ('held', 'booked', 'arrived', 'fulfilled')
              AND tstzrange(starts_at, ends_at, '[)') && tstzrange(wanted.starts_at, wanted.ends_at, '[)')) AS a
     WHERE NOT a.id = ANY(%(without)s::bigint[])
    UNION ALL
    SELECT 'session', a.treatment_session_id, a.starts_at, a.ends_at, a.id, NULL,
           a.status = 'held' AND a.held_until <= %(now)s
      FROM bookings_appointment a
     WHERE a.treatment_session_id = ANY(%(sessions)s::bigint[])
       AND a.status IN ('held', 'booked', 'arrived', 'fulfilled')
       AND NOT a.id = ANY(%(without)s::bigint[])
"""
#: Whether anything is in the way of the one appointment that is being made, lapsed holds too.
_IS_FREE = """
         NOT EXISTS (
               SELECT FROM unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
                           AS wanted(resource, starts_at, ends_at)
                 JOIN bookings_claim c ON c.resource_id = wanted.resource
                  AND tstzrange(c.starts_at, c.ends_at, '[)') && tstzrange(wanted.starts_at, wanted.ends_at, '[)'))
     AND NOT EXISTS (
               SELECT FROM bookings_appointment
                WHERE patient_id = %(patient)s AND status IN ('held', 'booked', 'arrived', 'fulfilled')
                  AND tstzrange(starts_at, ends_at, '[)')
                   && tstzrange(%(starts_at)s::timestamptz, %(ends_at)s::timestamptz, '[)'))
     AND NOT EXISTS (
               SELECT FROM bookings_appointment
                WHERE treatment_session_id = %(session)s AND status IN ('held', 'booked', 'arrived', 'fulfilled'))
"""
_VALUES = """
               (id, patient_id, location_id, treatment_session_id, kind, status, starts_at, ends_at, held_until,
                version, agreement, agreed_version, agreed_at, is_told,
                cancel_reason, cancelled_by_patient, note, choice_of, created_at, created_by_id)
        SELECT coalesce(%(id)s::bigint, nextval('bookings_appointment_id_seq')), %(patient)s, %(location)s, %(session)s,
               %(kind)s, %(status)s, %(starts_at)s::timestamptz, %(ends_at)s::timestamptz, %(held_until)s::timestamptz,
               1, 'booked', 1, %(now)s::timestamptz,
               %(is_told)s, '', false, %(note)s, %(choice_of)s, %(now)s::timestamptz, %(by)s::bigint
"""
_MADE = """
    ), claimed AS (
        INSERT INTO bookings_claim (resource_id, starts_at, ends_at, appointment_id, appointment_version)
        SELECT wanted.resource, wanted.starts_at, wanted.ends_at, made.id, 1
          FROM made, unnest(%(resources)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
               AS wanted(resource, starts_at, ends_at)
    ), noted AS (
        INSERT INTO bookings_appointmentstatuschange
               (appointment_id, from_status, to_status, changed_at, changed_by_id, reason)
        SELECT made.id, '', %(status)s, %(now)s::timestamptz, %(by)s::bigint, '' FROM made
    ){along}
    SELECT id FROM made
"""
INSERT = f"""
    WITH {{history}}, made AS (
        INSERT INTO bookings_appointment {_VALUES} FROM history
        RETURNING id {_MADE}
"""
#: Looks, locks and writes in one statement; the resources (space 1) are shared with other bookings. What was in the way
#: when it began stops it before it waits; who came in between is met by the exclusion constraints.
INSERT_IF_FREE = f"""
    WITH {{history}}, patience AS MATERIALIZED (
        SELECT set_config('lock_timeout', %(timeout)s, true)
    ), locked AS MATERIALIZED (
        SELECT CASE wanted.space WHEN 1 THEN pg_advisory_xact_lock_shared(wanted.space, wanted.id)
                                 ELSE pg_advisory_xact_lock(wanted.space, wanted.id) END
          FROM patience, unnest(%(spaces)s::int[], %(ids)s::int[]) AS wanted(space, id)
    ), made AS (
        INSERT INTO bookings_appointment {_VALUES} FROM history, (SELECT count(*) FROM locked) AS mine
         WHERE {_IS_FREE}
        RETURNING id {_MADE}
"""  # noqa: S608 - the parts are written above
