"""Foreign keys that are found by another index, or by nobody, keep none of their own (docs/adr/0304)."""

from django.conf import settings
from django.db import migrations

from clinic.migration_operations import DropFieldIndexes


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0005_outcome_request'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        DropFieldIndexes(
            fields=[
                "apitokenhistory.pgh_context",
                "apitokenhistory.user",
                "clinicsettingshistory.location",
                "clinicsettingshistory.pgh_context",
                "closurehistory.created_by",
                "closurehistory.lifted_by",
                "closurehistory.location",
                "closurehistory.pgh_context",
                "closurehistory.resource",
                "devicehistory.model",
                "devicehistory.pgh_context",
                "devicehistory.resource",
                "devicemodelhistory.pgh_context",
                "idempotencykey.user",
                "locationhistory.pgh_context",
                "membershiphistory.location",
                "membershiphistory.pgh_context",
                "membershiphistory.user",
                "openinghourshistory.location",
                "openinghourshistory.pgh_context",
                "patienthistory.pgh_context",
                "patientlinkhistory.location",
                "patientlinkhistory.patient",
                "patientlinkhistory.pgh_context",
                "placementhistory.location",
                "placementhistory.pgh_context",
                "placementhistory.resource",
                "practitionerhistory.pgh_context",
                "practitionerhistory.resource",
                "practitionerhistory.user",
                "registrationhistory.location",
                "registrationhistory.patient",
                "registrationhistory.pgh_context",
                "registrationhistory.registered_by",
                "resourcehistory.pgh_context",
                "roomhistory.pgh_context",
                "roomhistory.resource",
                "taskhistory.location",
                "taskhistory.owner",
                "taskhistory.patient",
                "taskhistory.pgh_context",
                "taskstatuschange.changed_by",
                "userhistory.pgh_context",
                "workinghourshistory.location",
                "workinghourshistory.pgh_context",
                "workinghourshistory.resource",
            ],
        ),
    ]
