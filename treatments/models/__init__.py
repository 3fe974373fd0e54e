"""What care is given: protocols, plans, sessions, records, recovery."""

from treatments.models.consents import Consent, ConsentedText, ConsentText
from treatments.models.outcomes import (
    AdverseReaction,
    AdverseReactionStatusChange,
    GentlerStep,
    Outcome,
)
from treatments.models.plans import TreatmentPlan, TreatmentPlanStatusChange
from treatments.models.products import Lot, Product
from treatments.models.protocols import (
    CatalogueEntry,
    Protocol,
    ProtocolVersion,
    ProtocolVersionStatusChange,
    ValueCheck,
)
from treatments.models.records import (
    Addendum,
    Photo,
    ProductUse,
    SessionRecord,
    SessionRecordStatusChange,
    ZoneRecord,
)
from treatments.models.recovery import (
    AftercareGiven,
    RecoveryAnswer,
    RecoveryCall,
    RecoveryCheck,
    RecoveryCheckStatusChange,
)
from treatments.models.screening import (
    ClinicalProfile,
    EarlierTreatment,
    PatchTest,
    Screening,
    ScreeningAnswer,
    ScreeningDraft,
    SignOff,
)
from treatments.models.sessions import TreatmentSession, TreatmentSessionStatusChange

__all__ = [
    "Addendum",
    "AdverseReaction",
    "AdverseReactionStatusChange",
    "AftercareGiven",
    "CatalogueEntry",
    "ClinicalProfile",
    "Consent",
    "ConsentText",
    "ConsentedText",
    "EarlierTreatment",
    "GentlerStep",
    "Lot",
    "Outcome",
    "PatchTest",
    "Photo",
    "Product",
    "ProductUse",
    "Protocol",
    "ProtocolVersion",
    "ProtocolVersionStatusChange",
    "RecoveryAnswer",
    "RecoveryCall",
    "RecoveryCheck",
    "RecoveryCheckStatusChange",
    "Screening",
    "ScreeningAnswer",
    "ScreeningDraft",
    "SessionRecord",
    "SessionRecordStatusChange",
    "SignOff",
    "TreatmentPlan",
    "TreatmentPlanStatusChange",
    "TreatmentSession",
    "TreatmentSessionStatusChange",
    "ValueCheck",
    "ZoneRecord",
]
