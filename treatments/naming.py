"""What treatments are called to the patient: in plain words and in the language that is active."""

from __future__ import annotations

from treatments.models import TreatmentPlan, TreatmentSession
from treatments.spoken import spoken


def treatment_name(session: TreatmentSession) -> str:
    """What is done in one session."""
    return spoken(session.protocol_version.protocol.name_for_patients)


def plan_name(plan: TreatmentPlan) -> str:
    """What a plan consists of, each treatment once, in the order of its sessions."""
    names = plan.sessions.order_by("number").values_list(
        "protocol_version__protocol__patient_name", "protocol_version__protocol__label"
    )
    return " + ".join(spoken(name) for name in dict.fromkeys(told or label for told, label in names))
