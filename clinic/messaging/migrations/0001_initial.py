import clinic.migration_operations
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clinic', '0002_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        clinic.migration_operations.CreateModels(
            models=[migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ('beaten_at', models.DateTimeField()),
                ],
            ), migrations.CreateModel(
                name='ProviderHealth',
                fields=[
                    ('provider', models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ('failures', models.PositiveIntegerField(default=0)),
                    ('open_until', models.DateTimeField(blank=True, null=True)),
                    ('last_error', models.CharField(blank=True, max_length=300)),
                ],
                options={
                    'verbose_name_plural': 'provider health',
                },
            ), migrations.CreateModel(
                name='ContactChoice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_choices', to='clinic.patient')),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10, verbose_name='channel')),
                    ('purpose', models.CharField(choices=[('care', 'care that is agreed'), ('follow-up', 'going on with the series'), ('feedback', 'opinions and reviews')], max_length=12, verbose_name='for')),
                    ('is_wanted', models.BooleanField(verbose_name='wanted')),
                    ('source', models.CharField(max_length=80, verbose_name='how we know')),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('patient', 'channel', 'purpose'), name='contact_choice_made_once_per_purpose')],
                },
            ), migrations.CreateModel(
                name='ContactChoiceHistory',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.contactchoice')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinic.patient')),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10, verbose_name='channel')),
                    ('purpose', models.CharField(choices=[('care', 'care that is agreed'), ('follow-up', 'going on with the series'), ('feedback', 'opinions and reviews')], max_length=12, verbose_name='for')),
                    ('is_wanted', models.BooleanField(verbose_name='wanted')),
                    ('source', models.CharField(max_length=80, verbose_name='how we know')),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='InboundMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('provider', models.CharField(max_length=40)),
                    ('report_id', models.CharField(max_length=200)),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10)),
                    ('sender', models.CharField(max_length=254)),
                    ('patient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inbound_messages', to='clinic.patient')),
                    ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inbound_messages', to='clinic.location')),
                    ('text', models.TextField(verbose_name='text')),
                    ('word', models.CharField(choices=[('confirm', 'confirms'), ('here', 'is here'), ('sick', 'is unwell'), ('stop', 'wants no more texts'), ('start', 'wants texts again'), ('help', 'asks for help'), ('free', 'wrote something')], max_length=10)),
                    ('effect', models.CharField(blank=True, max_length=200)),
                    ('received_at', models.DateTimeField()),
                    ('handled_at', models.DateTimeField(blank=True, null=True)),
                    ('handled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-id'],
                    'indexes': [models.Index(condition=models.Q(('handled_at__isnull', True)), fields=['location', 'received_at'], name='inbound_message_waiting')],
                    'constraints': [models.UniqueConstraint(fields=('provider', 'report_id'), name='inbound_message_counted_once')],
                },
            ), migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('appointment_confirmed', 'appointment made'), ('appointment_moved', 'appointment moved'), ('appointment_cancelled', 'appointment cancelled'), ('appointment_reminder', 'reminder'), ('pretreatment', 'before the visit'), ('screening_request', 'questionnaire'), ('on_the_day', 'on the day'), ('aftercare_step', 'aftercare'), ('recovery_check', 'recovery check'), ('recovery_check_reminder', 'recovery check, asked again'), ('recovery_emergency', 'urgent advice'), ('waitlist_offer', 'offer of an earlier time'), ('noshow_rebook', 'after a missed visit'), ('next_session_due', 'next session is due'), ('maintenance_due', 'maintenance is due'), ('review_request', 'how was it?'), ('link_again', 'new link')], max_length=40, verbose_name='kind')),
                    ('rule', models.CharField(max_length=60)),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10, verbose_name='channel')),
                    ('purpose', models.CharField(choices=[('care', 'care that is agreed'), ('follow-up', 'going on with the series'), ('feedback', 'opinions and reviews')], default='care', max_length=12)),
                    ('policy', models.CharField(choices=[('at-least-once', 'send again when in doubt'), ('at-most-once', 'never send twice; show the doubt')], default='at-least-once', max_length=16)),
                    ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='clinic.patient')),
                    ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='clinic.location')),
                    ('subject_type', models.CharField(max_length=40)),
                    ('subject_id', models.BigIntegerField()),
                    ('subject_version', models.PositiveIntegerField(default=1)),
                    ('dedupe_key', models.CharField(max_length=200, unique=True)),
                    ('extra', models.JSONField(blank=True, default=dict)),
                    ('link_purpose', models.CharField(blank=True, choices=[('appointment', 'appointment'), ('screening', 'questionnaire'), ('aftercare', 'aftercare'), ('recovery-check', 'recovery check'), ('offer', 'offer of an earlier time')], max_length=20)),
                    ('is_from_rule', models.BooleanField(default=True)),
                    ('ignores_quiet_hours', models.BooleanField(default=False)),
                    ('never_earlier', models.BooleanField(default=False)),
                    ('status', models.CharField(choices=[('pending', 'planned'), ('claimed', 'about to be sent'), ('dispatching', 'being sent'), ('sent', 'sent'), ('delivered', 'delivered'), ('undelivered', 'not delivered'), ('cancelled', 'not sent'), ('expired', 'too late'), ('unknown', 'unknown'), ('dead', 'failed')], default='pending', max_length=12, verbose_name='status')),
                    ('scheduled_for', models.DateTimeField(verbose_name='planned for')),
                    ('next_attempt_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField(verbose_name='useful until')),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('lease_token', models.UUIDField(blank=True, null=True)),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('provider', models.CharField(blank=True, max_length=40)),
                    ('provider_reference', models.CharField(blank=True, max_length=200)),
                    ('last_error', models.CharField(blank=True, max_length=300)),
                    ('reason', models.CharField(blank=True, max_length=60, verbose_name='reason')),
                    ('withdrawn_reason', models.CharField(blank=True, max_length=60)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('delivered_at', models.DateTimeField(blank=True, null=True)),
                    ('handled_at', models.DateTimeField(blank=True, null=True)),
                    ('handled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('fallback_of', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='fallback', to='messaging.message')),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['scheduled_for', 'id'],
                    'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['next_attempt_at', 'id'], name='message_due'), models.Index(condition=models.Q(('status__in', ['claimed', 'dispatching'])), fields=['lease_until'], name='message_leased'), models.Index(condition=models.Q(('handled_at__isnull', True), ('status__in', ['dead', 'unknown', 'undelivered'])), fields=['location', 'id'], name='message_troubled'), models.Index(fields=['subject_type', 'subject_id'], name='message_by_subject'), models.Index(fields=['patient', 'scheduled_for'], name='message_by_patient'), models.Index(fields=['location', 'scheduled_for'], name='message_by_location'), models.Index(condition=models.Q(('provider_reference', ''), _negated=True), fields=['provider', 'provider_reference'], name='message_by_provider_reference')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_token__isnull', False), ('lease_until__isnull', False), ('status__in', ['claimed', 'dispatching'])), models.Q(models.Q(('status__in', ['claimed', 'dispatching']), _negated=True), ('lease_token__isnull', True), ('lease_until__isnull', True)), _connector='OR'), name='message_leased_exactly_while_a_worker_has_it'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('status__in', ['sent', 'delivered', 'undelivered'])), models.Q(models.Q(('status__in', ['sent', 'delivered', 'undelivered']), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='message_sent_exactly_when_it_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['cancelled', 'expired']), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('status__in', ['cancelled', 'expired']), _negated=True), ('reason', '')), _connector='OR'), name='message_not_sent_exactly_when_it_has_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('handled_at__isnull', True), ('handled_by__isnull', True)), ('handled_at__isnull', False), _connector='OR'), name='message_handled_by_has_a_time'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('scheduled_for'))), name='message_useful_after_it_is_planned')],
                },
            ), migrations.CreateModel(
                name='DeliveryReport',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('provider', models.CharField(max_length=40)),
                    ('report_id', models.CharField(max_length=200)),
                    ('reference', models.CharField(max_length=200)),
                    ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='messaging.message')),
                    ('delivery', models.CharField(choices=[('sent', 'on its way'), ('delivered', 'delivered'), ('undelivered', 'not delivered')], max_length=12)),
                    ('error', models.CharField(blank=True, max_length=300)),
                    ('received_at', models.DateTimeField()),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['provider', 'reference'], name='delivery_report_by_reference')],
                    'constraints': [models.UniqueConstraint(fields=('provider', 'report_id'), name='delivery_report_counted_once')],
                },
            ), migrations.CreateModel(
                name='MessageAttempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='messaging.message')),
                    ('number', models.PositiveSmallIntegerField()),
                    ('token', models.UUIDField()),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10)),
                    ('provider', models.CharField(max_length=40)),
                    ('address', models.CharField(max_length=254)),
                    ('language', models.CharField(max_length=10)),
                    ('template', models.CharField(max_length=40)),
                    ('subject', models.CharField(blank=True, max_length=300)),
                    ('body', models.TextField()),
                    ('attachments', models.JSONField(blank=True, default=list)),
                    ('dispatched_at', models.DateTimeField()),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('message', 'number'), name='message_attempt_numbered_once')],
                },
            ), migrations.CreateModel(
                name='AttemptOutcome',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='messaging.message')),
                    ('attempt', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='outcome', to='messaging.messageattempt')),
                    ('answer', models.CharField(choices=[('accepted', 'accepted'), ('temporary', 'try again later'), ('permanent', 'refused for good'), ('unknown', 'no clear answer')], max_length=10)),
                    ('to_status', models.CharField(blank=True, choices=[('pending', 'planned'), ('claimed', 'about to be sent'), ('dispatching', 'being sent'), ('sent', 'sent'), ('delivered', 'delivered'), ('undelivered', 'not delivered'), ('cancelled', 'not sent'), ('expired', 'too late'), ('unknown', 'unknown'), ('dead', 'failed')], max_length=12)),
                    ('provider_reference', models.CharField(blank=True, max_length=200)),
                    ('error', models.CharField(blank=True, max_length=300)),
                    ('settled_at', models.DateTimeField()),
                ],
                options={
                    'ordering': ['id'],
                },
            ), migrations.CreateModel(
                name='MessageStatusChange',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('from_status', models.CharField(blank=True, max_length=20)),
                    ('to_status', models.CharField(max_length=20)),
                    ('changed_at', models.DateTimeField()),
                    ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reason', models.CharField(blank=True, max_length=500)),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_changes', to='messaging.message')),
                ],
                options={
                    'ordering': ['id'],
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='PeriodicRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=60)),
                    ('period', models.CharField(max_length=40)),
                    ('ran_at', models.DateTimeField()),
                    ('found', models.JSONField(blank=True, default=dict)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('name', 'period'), name='periodic_job_runs_once_per_period')],
                },
            ), migrations.CreateModel(
                name='TextVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('appointment_confirmed', 'appointment made'), ('appointment_moved', 'appointment moved'), ('appointment_cancelled', 'appointment cancelled'), ('appointment_reminder', 'reminder'), ('pretreatment', 'before the visit'), ('screening_request', 'questionnaire'), ('on_the_day', 'on the day'), ('aftercare_step', 'aftercare'), ('recovery_check', 'recovery check'), ('recovery_check_reminder', 'recovery check, asked again'), ('recovery_emergency', 'urgent advice'), ('waitlist_offer', 'offer of an earlier time'), ('noshow_rebook', 'after a missed visit'), ('next_session_due', 'next session is due'), ('maintenance_due', 'maintenance is due'), ('review_request', 'how was it?'), ('link_again', 'new link')], max_length=40, verbose_name='kind')),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10, verbose_name='channel')),
                    ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('es', 'Español'), ('fr', 'Français'), ('tr', 'Türkçe'), ('zh-hans', '简体中文')], max_length=10, verbose_name='language')),
                    ('version', models.PositiveIntegerField(verbose_name='version')),
                    ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                    ('body', models.TextField(blank=True, verbose_name='text')),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['kind', 'channel', 'language', '-version'],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'channel', 'language', 'version'), name='text_version_numbered_once')],
                },
            ), migrations.CreateModel(
                name='TextVersionHistory',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.textversion')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('id', models.BigIntegerField()),
                    ('kind', models.CharField(choices=[('appointment_confirmed', 'appointment made'), ('appointment_moved', 'appointment moved'), ('appointment_cancelled', 'appointment cancelled'), ('appointment_reminder', 'reminder'), ('pretreatment', 'before the visit'), ('screening_request', 'questionnaire'), ('on_the_day', 'on the day'), ('aftercare_step', 'aftercare'), ('recovery_check', 'recovery check'), ('recovery_check_reminder', 'recovery check, asked again'), ('recovery_emergency', 'urgent advice'), ('waitlist_offer', 'offer of an earlier time'), ('noshow_rebook', 'after a missed visit'), ('next_session_due', 'next session is due'), ('maintenance_due', 'maintenance is due'), ('review_request', 'how was it?'), ('link_again', 'new link')], max_length=40, verbose_name='kind')),
                    ('channel', models.CharField(choices=[('sms', 'SMS'), ('email', 'e-mail')], max_length=10, verbose_name='channel')),
                    ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch'), ('es', 'Español'), ('fr', 'Français'), ('tr', 'Türkçe'), ('zh-hans', '简体中文')], max_length=10, verbose_name='language')),
                    ('version', models.PositiveIntegerField(verbose_name='version')),
                    ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                    ('body', models.TextField(blank=True, verbose_name='text')),
                    ('created_at', models.DateTimeField()),
                    ('created_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            )],
        ),
    ]
