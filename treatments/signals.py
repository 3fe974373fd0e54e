"""Facts that the app above must answer to. Sent inside the transaction, so that a failure there undoes all.

Each is sent with `by` (a user, or None for the patient and the system) and `now`.
"""

from django.dispatch import Signal

#: A session was performed (its record was signed). With `session`.
session_performed = Signal()
#: A plan is on hold: its future sessions must not happen. With `plan` and `reason`.
plan_frozen = Signal()
#: A plan goes on. With `plan`.
plan_released = Signal()
#: The profile or a patch test of a patient changed, on which the texts before a visit depend. With `patient`.
patient_facts_changed = Signal()
#: The days between the sessions of a plan changed by an agreement. With `plan`.
plan_rhythm_changed = Signal()
