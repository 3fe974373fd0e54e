"""Which file holds which kind of entry, and how the name of a table becomes fields of the entry."""

from pathlib import Path

FOLDER = Path(__file__).parent
PROTOCOLS = "protocols"

FILES = {
    "plans/concerns.toml": "concerns",
    "plans/combinations.toml": "combinations",
    "people/roles.toml": "roles",
    "people/qualifications.toml": "qualifications",
    "people/equipment.toml": "equipment",
    "zones/zones.toml": "zones",
    "zones/touching_zones.toml": "touching_zones",
    "zones/rf_hints.toml": "rf_hints",
    "zones/depth_intervals.toml": "depth_intervals",
    "zones/depth_exceptions.toml": "depth_exceptions",
    "zones/endpoints.toml": "endpoints",
    "products/numbing.toml": "numbing_agents",
    "products/serums.toml": "topicals",
    "products/techniques.toml": "techniques",
    "products/mixture_classes.toml": "mixture_classes",
    "products/mixtures.toml": "mixtures",
    "products/dose_limits.toml": "dose_limits",
    "screening/items.toml": "screening",
    "screening/moments.toml": "screening_moments",
    "screening/fitzpatrick.toml": "skin_types",
    "screening/patch_tests.toml": "patch_tests",
    "washouts/before.toml": "wash_outs",
    "washouts/after.toml": "wash_outs_after",
    "aftercare/restrictions.toml": "restrictions",
    "aftercare/messages.toml": "aftercare",
    "recovery/symptoms.toml": "symptoms",
    "recovery/envelope.toml": "envelopes",
    "recovery/questions.toml": "questions",
    "recovery/schedule.toml": "checks",
    "recovery/extra_questions.toml": "extra_questions",
    "recovery/red_flags.toml": "red_flags",
    "outcomes/scales.toml": "scales",
    "outcomes/scale_use.toml": "scale_uses",
    "outcomes/moments.toml": "outcome_moments",
    "outcomes/responders.toml": "responders",
    "outcomes/photo_views.toml": "photo_views",
    "reminders/pretreatment.toml": "pretreatment",
    "consents/items.toml": "consents",
    "consents/retention.toml": "retention",
    "records/fields.toml": "record_fields",
    "policies/policies.toml": "policies",
    "policies/rules.toml": "rules",
    "education/comparison.toml": "comparisons",
    "education/claims.toml": "claims",
    "education/published_facts.toml": "published_facts",
    "sources/sources.toml": "sources",
    "sources/open_questions.toml": "open_questions",
}

FILE_OF = {kind: file for file, kind in FILES.items()}

KEY_FIELDS = {
    "symptoms": ("care_group", "symptom"),
    "checks": ("care_group", "code"),
    "responders": ("scale",),
    "depth_exceptions": ("protocol",),
}
"""Kinds whose table names are not simply the code."""

SHIPPED = (
    "MN_ACNE_SCAR",
    "MN_OTHER_SCAR",
    "MN_WRINKLE",
    "MN_PIGMENT",
    "MN_MELASMA",
    "MN_PORE_TEXTURE",
    "MN_STRIAE",
    "MN_REJUV",
    "MN_SCALP",
    "RFMN_SCAR",
    "RFMN_LAXITY",
    "MS_HYDRATION",
    "MS_REJUV",
    "MS_SKINBOOST",
    "MS_BRIGHTEN",
    "MS_MELASMA_TXA",
    "MS_CELLULITE",
    "MS_LIPO_SUBMENTAL",
    "MS_LIPO_BODY",
    "MS_HAIR",
    "MS_HAIR_DUT",
)
"""The protocols that every catalogue has; a clinic may add others."""
