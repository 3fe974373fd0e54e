"""Foreign keys that are found by another index, or by nobody, keep none of their own (docs/adr/0304)."""

from django.conf import settings
from django.db import migrations, models

from clinic.migration_operations import DropFieldIndexes


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0003_choices_on_the_phone'),
        ('clinic', '0005_outcome_request'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('treatments', '0005_names_for_patients'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        DropFieldIndexes(
            fields=[
                "appointment.created_by",
                "appointment.location",
                "appointment.patient",
                "appointmenthistory.created_by",
                "appointmenthistory.location",
                "appointmenthistory.patient",
                "appointmenthistory.pgh_context",
                "appointmenthistory.treatment_session",
                "appointmentstatuschange.changed_by",
                "claim.closure",
                "claim.resource",
                "claimhistory.appointment",
                "claimhistory.closure",
                "claimhistory.pgh_context",
                "claimhistory.resource",
                "waitlistentryhistory.created_by",
                "waitlistentryhistory.location",
                "waitlistentryhistory.patient",
                "waitlistentryhistory.pgh_context",
                "waitlistentryhistory.treatment_session",
                "waitlistentrystatuschange.changed_by",
                "waitlistofferhistory.entry",
                "waitlistofferhistory.hold",
                "waitlistofferhistory.pgh_context",
                "waitlistofferstatuschange.changed_by",
            ],
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(condition=models.Q(('closure__isnull', False)), fields=['closure'], name='claim_of_closure'),
        ),
        migrations.AddIndex(
            model_name='claimhistory',
            index=models.Index(fields=['appointment'], name='claim_history_by_appointment'),
        ),
    ]
