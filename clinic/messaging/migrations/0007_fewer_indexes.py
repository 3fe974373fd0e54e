"""Foreign keys that are found by another index, or by nobody, keep none of their own (docs/adr/0304)."""

from django.conf import settings
from django.db import migrations

from clinic.migration_operations import DropFieldIndexes


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0006_fewer_indexes'),
        ('messaging', '0006_outcome_request'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        DropFieldIndexes(
            fields=[
                "contactchoicehistory.changed_by",
                "contactchoicehistory.patient",
                "contactchoicehistory.pgh_context",
                "inboundmessagehistory.handled_by",
                "inboundmessagehistory.location",
                "inboundmessagehistory.patient",
                "inboundmessagehistory.pgh_context",
                "messagestatuschange.changed_by",
                "textversionhistory.created_by",
                "textversionhistory.pgh_context",
            ],
        ),
    ]
