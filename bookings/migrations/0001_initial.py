import bookings.models.appointments
import clinic.migration_operations
import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0002_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('treatments', '0001_initial'),
    ]

    operations = [
        clinic.migration_operations.CreateModels(
            models=[migrations.CreateModel(
                name='Appointment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.patient')),
                    ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='clinic.location')),
                    ('treatment_session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='treatments.treatmentsession')),
                    ('kind', models.CharField(choices=[('treatment', 'treatment'), ('consultation', 'consultation'), ('reassessment', 're-assessment'), ('recovery-visit', 'recovery visit')], default='treatment', max_length=20, verbose_name='kind')),
                    ('status', models.CharField(choices=[('held', 'held'), ('booked', 'booked'), ('arrived', 'arrived'), ('fulfilled', 'fulfilled'), ('cancelled', 'cancelled'), ('noshow', 'no-show'), ('entered-in-error', 'entered in error')], default='booked', max_length=20)),
                    ('starts_at', models.DateTimeField(verbose_name='from')),
                    ('ends_at', models.DateTimeField(verbose_name='until')),
                    ('held_until', models.DateTimeField(blank=True, null=True)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('agreement', models.CharField(choices=[('booked', 'booked'), ('moved', 'moved'), ('cancelled', 'cancelled'), ('missed', 'missed')], default='booked', max_length=10)),
                    ('agreed_version', models.PositiveIntegerField(default=1)),
                    ('agreed_at', models.DateTimeField()),
                    ('is_told', models.BooleanField(default=True, verbose_name='tell the patient')),
                    ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ('cancel_reason', models.CharField(blank=True, choices=[('ill', 'ill'), ('time', 'the time does not suit'), ('recovery', 'skin has not recovered'), ('cost', 'cost'), ('clinic', 'the clinic had to'), ('lapsed', 'the hold lapsed'), ('other', 'other reason')], max_length=12, verbose_name='reason')),
                    ('cancelled_by_patient', models.BooleanField(default=False)),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='note for the desk')),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['starts_at', 'id'],
                    'indexes': [models.Index(fields=['location', 'starts_at'], name='appointment_by_location'), models.Index(fields=['patient', 'starts_at'], name='appointment_by_patient'), models.Index(condition=models.Q(('status', 'held')), fields=['held_until'], name='appointment_holds')],
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status__in', ['held', 'booked', 'arrived', 'fulfilled'])), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('patient', '='), (bookings.models.appointments.During(), '&&')], name='appointment_patient_not_double_booked'), models.UniqueConstraint(condition=models.Q(('status__in', ['held', 'booked', 'arrived', 'fulfilled'])), fields=('treatment_session',), name='treatment_session_has_one_occupying_appointment'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='appointment_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('held_until__isnull', False), ('status', 'held')), models.Q(models.Q(('status', 'held'), _negated=True), ('held_until__isnull', True)), _connector='OR'), name='appointment_held_exactly_when_it_has_an_expiry'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'cancelled'), models.Q(('cancel_reason', ''), _negated=True)), models.Q(models.Q(('status', 'cancelled'), _negated=True), ('cancel_reason', '')), _connector='OR'), name='appointment_cancelled_exactly_when_it_has_a_reason')],
                },
            ), migrations.CreateModel(
                name='AppointmentHistory',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bookings.appointment')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.patient')),
                    ('location', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.location')),
                    ('treatment_session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='treatments.treatmentsession')),
                    ('kind', models.CharField(choices=[('treatment', 'treatment'), ('consultation', 'consultation'), ('reassessment', 're-assessment'), ('recovery-visit', 'recovery visit')], default='treatment', max_length=20, verbose_name='kind')),
                    ('status', models.CharField(choices=[('held', 'held'), ('booked', 'booked'), ('arrived', 'arrived'), ('fulfilled', 'fulfilled'), ('cancelled', 'cancelled'), ('noshow', 'no-show'), ('entered-in-error', 'entered in error')], default='booked', max_length=20)),
                    ('starts_at', models.DateTimeField(verbose_name='from')),
                    ('ends_at', models.DateTimeField(verbose_name='until')),
                    ('held_until', models.DateTimeField(blank=True, null=True)),
                    ('version', models.PositiveIntegerField(default=1)),
                    ('agreement', models.CharField(choices=[('booked', 'booked'), ('moved', 'moved'), ('cancelled', 'cancelled'), ('missed', 'missed')], default='booked', max_length=10)),
                    ('agreed_version', models.PositiveIntegerField(default=1)),
                    ('agreed_at', models.DateTimeField()),
                    ('is_told', models.BooleanField(default=True, verbose_name='tell the patient')),
                    ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ('cancel_reason', models.CharField(blank=True, choices=[('ill', 'ill'), ('time', 'the time does not suit'), ('recovery', 'skin has not recovered'), ('cost', 'cost'), ('clinic', 'the clinic had to'), ('lapsed', 'the hold lapsed'), ('other', 'other reason')], max_length=12, verbose_name='reason')),
                    ('cancelled_by_patient', models.BooleanField(default=False)),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='note for the desk')),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='AppointmentStatusChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_status', models.CharField(blank=True, max_length=20)),
                    ('to_status', models.CharField(max_length=20)),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.CharField(blank=True, max_length=500)),
                    ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_changes', to='bookings.appointment')),
                ],
                options={
                    'ordering': ['id'],
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='Claim',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='clinic.resource')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('appointment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='bookings.appointment')),
                    ('closure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='clinic.closure')),
                    ('appointment_version', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'ordering': ['starts_at', 'id'],
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('resource', '='), (bookings.models.appointments.During(), '&&')], name='claim_resource_not_double_booked'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='claim_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('appointment__isnull', False), ('closure__isnull', True)), models.Q(('appointment__isnull', True), ('closure__isnull', False)), _connector='OR'), name='claim_belongs_to_an_appointment_or_a_closure')],
                },
            ), migrations.CreateModel(
                name='ClaimHistory',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bookings.claim')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('resource', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.resource')),
                    ('starts_at', models.DateTimeField()),
                    ('ends_at', models.DateTimeField()),
                    ('appointment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bookings.appointment')),
                    ('closure', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.closure')),
                    ('appointment_version', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='WaitlistEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waitlist_entries', to='clinic.patient')),
                    ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waitlist_entries', to='clinic.location')),
                    ('treatment_session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waitlist_entries', to='treatments.treatmentsession')),
                    ('from_on', models.DateField(verbose_name='from')),
                    ('until_on', models.DateField(verbose_name='until')),
                    ('wishes', models.JSONField(blank=True, default=dict)),
                    ('status', models.CharField(choices=[('waiting', 'waiting'), ('offered', 'offered'), ('booked', 'booked'), ('withdrawn', 'withdrawn')], default='waiting', max_length=20)),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'waitlist entries',
                    'ordering': ['created_at', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='waitlist_period_is_not_empty'), models.UniqueConstraint(condition=models.Q(('status__in', ['waiting', 'offered'])), fields=('treatment_session',), name='treatment_session_waits_once')],
                },
            ), migrations.CreateModel(
                name='WaitlistEntryHistory',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bookings.waitlistentry')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.patient')),
                    ('location', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.location')),
                    ('treatment_session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='treatments.treatmentsession')),
                    ('from_on', models.DateField(verbose_name='from')),
                    ('until_on', models.DateField(verbose_name='until')),
                    ('wishes', models.JSONField(blank=True, default=dict)),
                    ('status', models.CharField(choices=[('waiting', 'waiting'), ('offered', 'offered'), ('booked', 'booked'), ('withdrawn', 'withdrawn')], default='waiting', max_length=20)),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='WaitlistEntryStatusChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_status', models.CharField(blank=True, max_length=20)),
                    ('to_status', models.CharField(max_length=20)),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.CharField(blank=True, max_length=500)),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_changes', to='bookings.waitlistentry')),
                ],
                options={
                    'ordering': ['id'],
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='WaitlistOffer',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='bookings.waitlistentry')),
                    ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='bookings.appointment')),
                    ('status', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('declined', 'declined'), ('lapsed', 'lapsed')], default='open', max_length=20)),
                    ('offered_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                ],
                options={
                    'ordering': ['-id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('entry',), name='waitlist_entry_has_one_open_offer')],
                },
            ), migrations.CreateModel(
                name='WaitlistOfferHistory',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='bookings.waitlistoffer')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bookings.waitlistentry')),
                    ('hold', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='bookings.appointment')),
                    ('status', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('declined', 'declined'), ('lapsed', 'lapsed')], default='open', max_length=20)),
                    ('offered_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField()),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='WaitlistOfferStatusChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_status', models.CharField(blank=True, max_length=20)),
                    ('to_status', models.CharField(max_length=20)),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.CharField(blank=True, max_length=500)),
                    ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_changes', to='bookings.waitlistoffer')),
                ],
                options={
                    'ordering': ['id'],
                    'abstract': False,
                },
            )],
        ),
    ]
