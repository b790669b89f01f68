
import accounts.database.model_fields
import accounts.database.references
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.utils.timezone
import operations.teams.models
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
import venues.registry.names_in_sql
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('operations', '0001_extensions'),
        ('outbox', '0001_initial'),
        ('venues', '0002_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CadetPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', accounts.database.model_fields.DayField(unique=True)),
                ('min_age', models.PositiveSmallIntegerField(default=13, verbose_name='youngest age')),
                ('max_age', models.PositiveSmallIntegerField(default=17, verbose_name='oldest age')),
                ('latest_finish', models.TimeField(default=datetime.time(23, 0), help_text='London time.')),
                ('consent_days', models.PositiveSmallIntegerField(default=365, verbose_name='days consent is valid')),
                ('briefing_days', models.PositiveSmallIntegerField(default=90, verbose_name='days a briefing is valid')),
                ('reference_pattern', accounts.database.model_fields.LineField(default='[A-Za-z0-9][A-Za-z]?[-/]?[0-9]{1,6}', help_text='A regular expression that the whole reference fits. The usual one asks for at most two letters and a number, so no name fits it.', max_length=100, validators=[operations.teams.models.is_a_pattern], verbose_name='pattern of references')),
                ('reference_example', accounts.database.model_fields.LineField(default='WC-001', help_text='For the form.', max_length=20, verbose_name='example of a reference')),
            ],
            options={
                'verbose_name_plural': 'cadet policies',
                'ordering': ['-valid_from'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('max_age__gte', models.F('min_age')), ('max_age__lte', 17)), name='cadets_are_under_18_and_ages_in_order', violation_error_message='Cadets are under 18, the oldest age not below the youngest.'), models.CheckConstraint(condition=models.Q(('briefing_days__range', (1, 366)), ('consent_days__range', (1, 1096)), ('min_age__gte', 10)), name='cadet_policy_stays_within_reason', violation_error_message='Cadets are 10 or older, consent is valid for three years and a briefing for one year at most, both for a day at least.'), models.CheckConstraint(condition=models.Q(models.Q(('reference_pattern', ''), _negated=True), models.Q(('reference_example', ''), _negated=True)), name='cadet_policy_says_how_references_look', violation_error_message='Enter how references look, and an example of one.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadetpolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_cadetpolicyevent" ("briefing_days", "consent_days", "id", "latest_finish", "max_age", "min_age", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_example", "reference_pattern", "valid_from") VALUES (NEW."briefing_days", NEW."consent_days", NEW."id", NEW."latest_finish", NEW."max_age", NEW."min_age", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."reference_example", NEW."reference_pattern", NEW."valid_from"); RETURN NULL;', hash='31cce85e211dcb508e95972979804a6d471a8bda', operation='INSERT', pgid='pgtrigger_insert_insert_1c583', table='operations_cadetpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadetpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "operations_cadetpolicyevent" ("briefing_days", "consent_days", "id", "latest_finish", "max_age", "min_age", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_example", "reference_pattern", "valid_from") VALUES (NEW."briefing_days", NEW."consent_days", NEW."id", NEW."latest_finish", NEW."max_age", NEW."min_age", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."reference_example", NEW."reference_pattern", NEW."valid_from"); RETURN NULL;', hash='4a9e4c50e750eff48c10f87b58056e8e58733e2f', operation='UPDATE', pgid='pgtrigger_update_update_9b0d9', table='operations_cadetpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadetpolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_cadetpolicyevent" ("briefing_days", "consent_days", "id", "latest_finish", "max_age", "min_age", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_example", "reference_pattern", "valid_from") VALUES (OLD."briefing_days", OLD."consent_days", OLD."id", OLD."latest_finish", OLD."max_age", OLD."min_age", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."reference_example", OLD."reference_pattern", OLD."valid_from"); RETURN NULL;', hash='d78df25f3a717e32fd423fe6e350dd53af939c1e', operation='DELETE', pgid='pgtrigger_delete_delete_454fe', table='operations_cadetpolicy', when='AFTER')),
        ),
        migrations.CreateModel(
            name='CadetPolicyEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('valid_from', accounts.database.model_fields.DayField()),
                ('min_age', models.PositiveSmallIntegerField(default=13, verbose_name='youngest age')),
                ('max_age', models.PositiveSmallIntegerField(default=17, verbose_name='oldest age')),
                ('latest_finish', models.TimeField(default=datetime.time(23, 0), help_text='London time.')),
                ('consent_days', models.PositiveSmallIntegerField(default=365, verbose_name='days consent is valid')),
                ('briefing_days', models.PositiveSmallIntegerField(default=90, verbose_name='days a briefing is valid')),
                ('reference_pattern', accounts.database.model_fields.LineField(default='[A-Za-z0-9][A-Za-z]?[-/]?[0-9]{1,6}', help_text='A regular expression that the whole reference fits. The usual one asks for at most two letters and a number, so no name fits it.', max_length=100, validators=[operations.teams.models.is_a_pattern], verbose_name='pattern of references')),
                ('reference_example', accounts.database.model_fields.LineField(default='WC-001', help_text='For the form.', max_length=20, verbose_name='example of a reference')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.cadetpolicy')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='cadetpolicy_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='cadetpolicy_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadetpolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c09694aaadad9af8b4688b867aa37d3c43ea3d20', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a9f8c', table='operations_cadetpolicyevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', accounts.database.model_fields.LineField(max_length=120)),
                ('version', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('script', accounts.database.model_fields.LinesField(help_text='What the team says and does, in order, and when to stop.', max_length=5000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': [venues.registry.names_in_sql.NormalName('title'), '-version'],
                'constraints': [models.UniqueConstraint(venues.registry.names_in_sql.NormalName('title'), models.F('version'), name='scenario_version_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Operation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('reference', accounts.database.model_fields.LineField(help_text='How the force files it, like MS/2026/04.', max_length=40)),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('starts_on', accounts.database.model_fields.DayField(verbose_name='first day')),
                ('ends_on', accounts.database.model_fields.DayField(verbose_name='last day')),
                ('authorisation_reference', accounts.database.model_fields.LineField(help_text='Of the written authority for these visits.', max_length=60)),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=2000)),
                ('wanted_starts_on', accounts.database.model_fields.DayField(editable=False, null=True, verbose_name='first day asked for')),
                ('wanted_ends_on', accounts.database.model_fields.DayField(editable=False, null=True, verbose_name='last day asked for')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations_led', to=settings.AUTH_USER_MODEL)),
                ('wanted_by', models.ForeignKey(editable=False, help_text='Who asked for dates in whose way visits, or other command units, stand.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dates asked for by')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='operations.scenario')),
            ],
            options={
                'ordering': ['-starts_on', accounts.database.references.NaturalOrder('reference')],
                'permissions': [('plan_operations', 'Can plan operations, visits and teams')],
                'indexes': [models.Index(models.OrderBy(models.F('starts_on'), descending=True), accounts.database.references.NaturalOrder('reference'), name='operation_by_start')],
                'constraints': [models.UniqueConstraint(accounts.database.references.NaturalOrder('reference'), name='operation_reference_is_unique', violation_error_message='Another operation already has this reference.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='operation_ends_on_or_after_its_first_day', violation_error_message='The last day must be on or after the first day.'), models.CheckConstraint(condition=models.Q(('ends_on__lt', django.db.models.expressions.CombinedExpression(models.F('starts_on'), '+', models.Value(datetime.timedelta(days=366))))), name='operation_lasts_a_year_at_most', violation_error_message='An operation lasts a year at most. Check both dates.'), models.CheckConstraint(condition=models.Q(models.Q(('wanted_by', None), ('wanted_ends_on', None), ('wanted_starts_on', None)), models.Q(('wanted_by__isnull', False), ('wanted_ends_on__isnull', False), ('wanted_starts_on__isnull', False)), _connector='OR'), name='dates_asked_for_say_by_whom'), models.CheckConstraint(condition=models.Q(('wanted_starts_on', None), models.Q(('wanted_ends_on__gte', models.F('wanted_starts_on')), ('wanted_ends_on__lt', django.db.models.expressions.CombinedExpression(models.F('wanted_starts_on'), '+', models.Value(datetime.timedelta(days=366))))), _connector='OR'), name='dates_asked_for_could_be_an_operation_s')],
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('units', accounts.database.model_fields.LinesField(help_text='The command units whose venues could be drawn, by name.')),
                ('filters', accounts.database.model_fields.LinesField(blank=True, help_text='What narrowed their venues, in words.')),
                ('of_all', models.BooleanField(help_text='Every open venue of these units could be drawn.')),
                ('frame_size', models.PositiveIntegerField(help_text='How many venues could be drawn.')),
                ('left_out', models.PositiveIntegerField(help_text='How many more could have been, but were in the operation already.')),
                ('number', models.PositiveIntegerField(help_text='How many were drawn.')),
                ('drawn_at', models.DateTimeField(auto_now_add=True)),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='draws', to='operations.operation')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draw',
            trigger=pgtrigger.compiler.Trigger(name='draw_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='dceb8719a9dd45bf41024aeee81f2313d86cda5a', operation='UPDATE', pgid='pgtrigger_draw_never_changes_0872d', table='operations_draw', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draw',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_drawevent" ("drawn_at", "drawn_by_id", "filters", "frame_size", "id", "left_out", "number", "of_all", "operation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "units") VALUES (NEW."drawn_at", NEW."drawn_by_id", NEW."filters", NEW."frame_size", NEW."id", NEW."left_out", NEW."number", NEW."of_all", NEW."operation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."units"); RETURN NULL;', hash='aa4aae435d75cd5c83d5a7df6d030b3067bd71c2', operation='INSERT', pgid='pgtrigger_insert_insert_0d349', table='operations_draw', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draw',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "operations_drawevent" ("drawn_at", "drawn_by_id", "filters", "frame_size", "id", "left_out", "number", "of_all", "operation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "units") VALUES (NEW."drawn_at", NEW."drawn_by_id", NEW."filters", NEW."frame_size", NEW."id", NEW."left_out", NEW."number", NEW."of_all", NEW."operation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."units"); RETURN NULL;', hash='6e8cf6f7ba0008e1a44f138a034f1f1d0775e5a7', operation='UPDATE', pgid='pgtrigger_update_update_034a7', table='operations_draw', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='draw',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_drawevent" ("drawn_at", "drawn_by_id", "filters", "frame_size", "id", "left_out", "number", "of_all", "operation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "units") VALUES (OLD."drawn_at", OLD."drawn_by_id", OLD."filters", OLD."frame_size", OLD."id", OLD."left_out", OLD."number", OLD."of_all", OLD."operation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."units"); RETURN NULL;', hash='295df223633dd30cf6e88ea2a43ad0c6b8ae0c7f', operation='DELETE', pgid='pgtrigger_delete_delete_844c6', table='operations_draw', when='AFTER')),
        ),
        migrations.CreateModel(
            name='DrawEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('units', accounts.database.model_fields.LinesField(help_text='The command units whose venues could be drawn, by name.')),
                ('filters', accounts.database.model_fields.LinesField(blank=True, help_text='What narrowed their venues, in words.')),
                ('of_all', models.BooleanField(help_text='Every open venue of these units could be drawn.')),
                ('frame_size', models.PositiveIntegerField(help_text='How many venues could be drawn.')),
                ('left_out', models.PositiveIntegerField(help_text='How many more could have been, but were in the operation already.')),
                ('number', models.PositiveIntegerField(help_text='How many were drawn.')),
                ('drawn_at', models.DateTimeField(auto_now_add=True)),
                ('drawn_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.draw')),
                ('operation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.operation')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='draw_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='draw_event_by'), models.Index(fields=['operation'], name='operations__operati_b52e91_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='drawevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='64318207d0b60fac162f9f6ea4802b120dd450c3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a944a', table='operations_drawevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(default=1)),
                ('submission', models.UUIDField(default=uuid.uuid4, help_text='Made on the phone: the same submission sent twice counts once.', unique=True)),
                ('correction_reason', accounts.database.model_fields.LineField(blank=True, max_length=200)),
                ('logged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('challenged', models.BooleanField(help_text='Staff asked about the situation: who they were, what they were doing.')),
                ('asked_for_identification', models.BooleanField()),
                ('signs_recognised', models.BooleanField(help_text='By what staff said or did.')),
                ('room_refused', models.BooleanField()),
                ('refusal_ground', models.CharField(blank=True, choices=[('warning_signs', 'Because of the warning signs'), ('no_identification', 'No identification was shown'), ('payment', 'They do not take cash'), ('house_rule', 'Another rule of the house'), ('not_said', 'No reason given')], max_length=20)),
                ('police_contacted', models.BooleanField()),
                ('contact_method', models.CharField(blank=True, choices=[('999', 'Called 999'), ('101', 'Called 101'), ('in_person', 'Told an officer in person'), ('online', 'Reported online')], max_length=10)),
                ('contact_minutes', models.PositiveSmallIntegerField(help_text='Minutes from when the team asked for a room to the contact; empty: not known.', null=True, validators=[django.core.validators.MaxValueValidator(1440)])),
                ('makesafe_quoted', models.BooleanField(help_text='Empty: not known, or no contact.', null=True)),
                ('incident_reference', accounts.database.model_fields.LineField(blank=True, max_length=40)),
                ('call_handler_recognised', models.BooleanField(help_text='The call handler saw the CSE element. Empty: not known.', null=True)),
                ('officers_sent', models.BooleanField(help_text='Empty: not known, or no contact.', null=True)),
                ('officers_arrived_minutes', models.PositiveSmallIntegerField(help_text='Minutes from the contact to officers arriving; empty: they did not, or before the team left nobody knew.', null=True, validators=[django.core.validators.MaxValueValidator(1440)])),
                ('staff_debriefed', models.BooleanField()),
                ('materials_left', models.BooleanField()),
                ('refresher_accepted', models.BooleanField(help_text='Accepted on the spot. Empty: it was not offered.', null=True)),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=4000)),
                ('verdict', models.CharField(choices=[('responded_well', 'Responded well'), ('partly', 'Partly: refresher recommended'), ('refresher_needed', 'Refresher needed')], max_length=20)),
                ('verdict_rule', models.PositiveSmallIntegerField(help_text='The version of the rule that judged it.')),
                ('logged_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('command_unit', models.ForeignKey(db_index=False, editable=False, help_text='Of its venue: kept by PostgreSQL.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='venues.commandunit')),
            ],
            options={
                'ordering': ['visit', '-revision'],
                'permissions': [('view_statistics', 'Can see the dashboard and its tables')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('revision', 1)), models.Q(('revision__gt', 1), models.Q(('correction_reason', ''), _negated=True)), _connector='OR'), name='correction_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('room_refused__in', [True]), ('room_refused__isnull', False), models.Q(('refusal_ground', ''), _negated=True)), models.Q(models.Q(('room_refused__in', [True]), ('room_refused__isnull', False), _negated=True), ('refusal_ground', '')), _connector='OR'), name='refusal_ground_only_where_it_applies', violation_error_message='Say why the room was refused.'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False), models.Q(('contact_method', ''), _negated=True)), models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False), _negated=True), ('contact_method', '')), _connector='OR'), name='contact_method_only_where_it_applies', violation_error_message='Say how police were contacted.'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False)), ('contact_minutes', None), _connector='OR'), name='contact_minutes_only_where_it_applies'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False)), ('makesafe_quoted', None), _connector='OR'), name='makesafe_quoted_only_where_it_applies'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False), ('contact_method__in', ['101', '999']), ('contact_method__isnull', False)), ('call_handler_recognised', None), _connector='OR'), name='call_handler_recognised_only_where_it_applies'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False)), ('officers_sent', None), _connector='OR'), name='officers_sent_only_where_it_applies'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False), ('officers_sent__in', [True]), ('officers_sent__isnull', False)), ('officers_arrived_minutes', None), _connector='OR'), name='officers_arrived_minutes_only_where_it_applies'), models.CheckConstraint(condition=models.Q(models.Q(('police_contacted__in', [True]), ('police_contacted__isnull', False)), ('incident_reference', ''), _connector='OR'), name='incident_reference_only_where_it_applies'), models.CheckConstraint(condition=models.Q(('verdict__in', ['responded_well', 'partly', 'refresher_needed'])), name='verdict_is_one_of_three'), models.CheckConstraint(condition=models.Q(('verdict_rule', 1), models.Q(models.Q(('refusal_ground', 'warning_signs'), ('police_contacted', True), ('verdict', 'responded_well')), models.Q(('refusal_ground', 'warning_signs'), models.Q(('police_contacted', True), _negated=True), ('verdict', 'partly')), models.Q(models.Q(('refusal_ground', 'warning_signs'), _negated=True), ('police_contacted', True), ('verdict', 'partly')), models.Q(models.Q(('refusal_ground', 'warning_signs'), _negated=True), models.Q(('police_contacted', True), _negated=True), ('verdict', 'refresher_needed')), _connector='OR')), name='verdict_is_what_the_rule_says')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('selection', models.CharField(choices=[('random', 'Drawn by chance'), ('random_part', 'Drawn by chance from a part'), ('priority', 'Priority'), ('intelligence', 'Intelligence-led')], default='random', max_length=12)),
                ('starts_at', accounts.database.model_fields.MomentField(verbose_name='from')),
                ('ends_at', accounts.database.model_fields.MomentField(verbose_name='until')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('under_way', 'Under way'), ('completed', 'Completed'), ('not_completed', 'Not completed'), ('cancelled', 'Cancelled')], default='planned', editable=False, max_length=15)),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('not_completed_reason', models.CharField(blank=True, choices=[('fully_booked', 'Fully booked'), ('desk_unstaffed', 'Desk unstaffed or kiosk only'), ('team_recognised', 'Team recognised'), ('unsafe', 'Unsafe to go on'), ('police_there', 'Police already there'), ('out_of_time', 'Out of time'), ('cadet_unwell', 'Cadet unwell or withdrawn'), ('stood_down', 'Stood down by the control room'), ('not_closed', 'Not closed by its team'), ('real_concern', 'Real concern found'), ('other_eligible', 'Another reason: the venue could be tested another time'), ('out_of_business', 'Out of business'), ('closed_for_now', 'Closed for now'), ('no_overnight', 'No overnight lets'), ('members_only', 'Members or block booking only'), ('not_found', 'Not found'), ('duplicate', 'Same place as another venue'), ('other_not_eligible', 'Another reason: not a venue to test')], editable=False, max_length=20)),
                ('not_completed_notes', accounts.database.model_fields.LinesField(blank=True, editable=False, max_length=2000)),
                ('submission', models.UUIDField(editable=False, help_text="The phone's own number of the message that ended the visit as not completed.", null=True)),
                ('not_completed_revision', models.PositiveSmallIntegerField(default=1, editable=False, help_text='Counts the corrections of why the venue could not be tested.')),
                ('correction_reason', accounts.database.model_fields.LineField(blank=True, editable=False, max_length=200)),
                ('cancelled_reason', accounts.database.model_fields.LineField(blank=True, editable=False, max_length=200)),
                ('at_venue', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, help_text='When the visit takes its venue up: kept by PostgreSQL, empty once it is over.', null=True)),
                ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('anonymous_since', accounts.database.model_fields.DayField(editable=False, help_text='When the people and the free text were erased by the rules of retention.', null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('operation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='operations.operation')),
                ('outcome', models.ForeignKey(editable=False, help_text='The outcome that counts: the latest revision.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='operations.outcome')),
                ('started_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='venues.venue')),
                ('command_unit', models.ForeignKey(editable=False, help_text='Of its venue: kept by PostgreSQL.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='venues.commandunit')),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'permissions': [('log_visits', 'Can start visits and log their outcome'), ('view_board', 'Can see the live tests')],
                'indexes': [models.Index(models.F('ended_at'), condition=models.Q(('ended_at__isnull', False)), name='visit_by_end'), models.Index(models.F('starts_at'), name='visit_by_start'), models.Index(models.F('state'), models.F('starts_at'), name='visit_by_state'), models.Index(fields=['venue', '-starts_at'], name='visit_of_venue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='visit_ends_after_it_starts', violation_error_message='The window must end after it starts.'), models.CheckConstraint(condition=models.Q(('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(seconds=43200))))), name='visit_window_is_at_most_twelve_hours', violation_error_message='A window is at most 12 hours long.'), models.CheckConstraint(condition=models.Q(models.Q(('started_at', None), ('started_by', None), ('state__in', ['planned', 'cancelled'])), models.Q(('started_at__isnull', False), ('started_by__isnull', False), ('state__in', ['under_way', 'completed', 'not_completed'])), _connector='OR'), name='started_visit_says_when_and_by_whom'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['completed', 'not_completed'])), models.Q(models.Q(('state__in', ['completed', 'not_completed']), _negated=True), ('ended_at', None)), _connector='OR'), name='finished_visit_says_when'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='visit_is_over_after_it_started'), models.UniqueConstraint(models.F('submission'), condition=models.Q(('submission__isnull', False)), name='submission_that_ended_a_visit_counts_once'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__isnull', False), ('state', 'completed')), models.Q(models.Q(('state', 'completed'), _negated=True), ('outcome', None)), _connector='OR'), name='completed_visit_has_an_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'not_completed'), models.Q(('not_completed_reason', ''), _negated=True)), models.Q(models.Q(('state', 'not_completed'), _negated=True), ('not_completed_reason', '')), _connector='OR'), name='visit_not_completed_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('cancelled_reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_reason', '')), _connector='OR'), name='cancelled_visit_says_why'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('at_venue__isnull', False)), expressions=[('operation', '='), ('venue', '='), ('at_venue', '&&')], name='venue_has_one_team_of_an_operation_at_once', violation_error_message='Another team of this operation is at this venue at that time. Choose another time.'), models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state', 'cancelled')), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancelled_at', None)), _connector='OR'), name='cancelled_visit_says_when'), models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('not_completed_revision', 1)), models.Q(('not_completed_revision__gt', 1), ('state', 'not_completed'), models.Q(('correction_reason', ''), _negated=True)), _connector='OR'), name='corrected_visit_says_why')],
            },
        ),
        migrations.CreateModel(
            name='LastVisit',
            fields=[
                ('venue', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='last_visit', serialize=False, to='venues.venue')),
                ('command_unit', models.ForeignKey(db_index=False, editable=False, help_text='Of its venue: kept by PostgreSQL.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='venues.commandunit')),
                ('visited_on', accounts.database.model_fields.DayField(help_text='The duty day on which the latest one started.')),
                ('verdict', models.CharField(blank=True, choices=[('responded_well', 'Responded well'), ('partly', 'Partly: refresher recommended'), ('refresher_needed', 'Refresher needed')], help_text='Empty: none was completed.', max_length=20)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_says_what_was_last_at_its_venue', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE one bigint;', func="\n                    IF NOT coalesce(OLD.state IN ('completed', 'not_completed'), FALSE)\n                        AND NOT coalesce(NEW.state IN ('completed', 'not_completed'), FALSE)\n                    THEN\n                        RETURN NULL;\n                    END IF;\n                    FOR one IN\n                        SELECT DISTINCT venue FROM unnest(ARRAY[OLD.venue_id, NEW.venue_id]) venue\n                        WHERE venue IS NOT NULL ORDER BY venue\n                    LOOP\n                        PERFORM pg_advisory_xact_lock(hashtextextended('last visit', one));\n                        INSERT INTO operations_lastvisit\n                            (venue_id, command_unit_id, visited_on, verdict)\n                        SELECT one, max(command_unit_id), ((max(started_at) AT TIME ZONE 'Europe/London') - interval '6 hours')::date,\n                            coalesce((\n                                SELECT outcome.verdict FROM operations_visit visit\n                                JOIN operations_outcome outcome ON outcome.id = visit.outcome_id\n                                WHERE visit.venue_id = one\n                                ORDER BY visit.ended_at DESC, visit.id DESC LIMIT 1\n                            ), '')\n                        FROM operations_visit\n                        WHERE venue_id = one AND state IN ('completed', 'not_completed')\n                        HAVING count(*) > 0\n                        ON CONFLICT (venue_id) DO UPDATE\n                        SET command_unit_id = EXCLUDED.command_unit_id,\n                            visited_on = EXCLUDED.visited_on, verdict = EXCLUDED.verdict;\n                        IF NOT FOUND THEN\n                            DELETE FROM operations_lastvisit WHERE venue_id = one;\n                        END IF;\n                    END LOOP;\n                    RETURN NULL;\n                ", hash='a9946c48dd59474ad462aba93ba00a3aef1413ff', operation='INSERT OR UPDATE OF "state", "started_at", "ended_at", "outcome_id", "venue_id", "command_unit_id" OR DELETE', pgid='pgtrigger_visit_says_what_was_last_at_its_venue_0a842', table='operations_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_begins_as_planned', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" IS DISTINCT FROM \'planned\')', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='3584d8d4016533496f2be3b05d3b3752a70aadde', operation='INSERT', pgid='pgtrigger_visit_begins_as_planned_6325a', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_moves_only_as_allowed', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{planned:cancelled,planned:under_way,under_way:completed,under_way:not_completed,not_completed:completed,under_way:planned,not_completed:under_way,cancelled:planned}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='854736f92d4aee21a52538c5e9994bd36a53fa19', operation='UPDATE', pgid='pgtrigger_visit_moves_only_as_allowed_24d3c', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='only_a_visit_left_open_is_completed_late', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state = 'not_completed' AND NEW.state = 'completed' AND OLD.not_completed_reason <> 'not_closed')", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='af6d0689a3a96df7cd15f87c1816d68e617f9f1c', operation='UPDATE', pgid='pgtrigger_only_a_visit_left_open_is_completed_late_0def4', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_goes_back_for_a_while_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN ((OLD.state = 'under_way' AND NEW.state = 'planned') OR (OLD.state = 'not_completed' AND NEW.state = 'under_way') OR (OLD.state = 'cancelled' AND NEW.state = 'planned'))", func="\n                    IF now() > (CASE OLD.state WHEN 'under_way' THEN OLD.started_at + interval '300 seconds' WHEN 'not_completed' THEN OLD.ended_at + interval '600 seconds' WHEN 'cancelled' THEN OLD.cancelled_at + interval '600 seconds' END) THEN\n                        RAISE EXCEPTION 'It is too late to take this back.';\n                    END IF;\n                    RETURN NEW;\n                ", hash='28ae152ccff722ba10f6675b493d0ad0cd153874', operation='UPDATE', pgid='pgtrigger_visit_goes_back_for_a_while_only_efca6', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_takes_its_venue_up_until_it_is_over', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.state NOT IN ('planned', 'under_way') OR NEW.ends_at <= NEW.starts_at\n                    THEN\n                        NEW.at_venue := NULL;\n                        RETURN NEW;\n                    END IF;\n                    IF TG_OP = 'UPDATE' AND OLD.state IN ('planned', 'under_way')\n                        AND ROW(OLD.venue_id, OLD.starts_at, OLD.ends_at)\n                        = ROW(NEW.venue_id, NEW.starts_at, NEW.ends_at)\n                    THEN\n                        NEW.at_venue := OLD.at_venue;\n                        RETURN NEW;\n                    END IF;\n                    NEW.at_venue := tstzrange(NEW.starts_at, NEW.ends_at);\n                    IF TG_OP = 'UPDATE' AND NEW.venue_id <> OLD.venue_id AND EXISTS (\n                        SELECT FROM operations_visit other\n                        WHERE other.operation_id = NEW.operation_id\n                        AND other.venue_id = NEW.venue_id AND other.id <> NEW.id\n                        AND other.at_venue && NEW.at_venue\n                    ) THEN\n                        NEW.at_venue := NULL;\n                    END IF;\n                    RETURN NEW;\n                ", hash='d6387d98129887e0bba607932fbd4297fba51fd5', operation='INSERT OR UPDATE', pgid='pgtrigger_visit_takes_its_venue_up_until_it_is_over_8186b', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_with_a_cadet_starts_with_two_adults', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" = \'under_way\' AND OLD."state" = \'planned\')', func="\n                    IF EXISTS (\n                        SELECT FROM operations_teammember\n                        WHERE visit_id = NEW.id AND cadet_id IS NOT NULL\n                    ) AND NOT (\n                        SELECT count(*) >= 2 AND bool_or(duty = 'welfare')\n                        FROM operations_teammember\n                        WHERE visit_id = NEW.id AND officer_id IS NOT NULL\n                    ) THEN\n                        RAISE EXCEPTION\n                            'Where a cadet goes there are two adults, one the welfare officer.';\n                    END IF;\n                    RETURN NEW;\n                ", hash='31977e84c5ef0c28799e5479bbba99401a97b80b', operation='UPDATE OF "state"', pgid='pgtrigger_visit_with_a_cadet_starts_with_two_adults_a00a5', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_tells_its_team_the_period', sql=pgtrigger.compiler.UpsertTriggerSql(func='UPDATE operations_teammember SET period = NULL WHERE visit_id = NEW.id; RETURN NULL;', hash='a01fdb5634ccf2fbaa7d7f4ad188f2edef237883', operation='UPDATE OF "starts_at", "ends_at", "state", "ended_at"', pgid='pgtrigger_visit_tells_its_team_the_period_afa01', table='operations_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_points_to_its_own_latest_outcome', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.outcome_id IS NOT NULL AND NEW.outcome_id IS DISTINCT FROM OLD.outcome_id)', func="\n                    IF NOT EXISTS (\n                        SELECT FROM operations_outcome\n                        WHERE id = NEW.outcome_id AND visit_id = NEW.id\n                    ) THEN\n                        RAISE EXCEPTION 'The outcome of a visit is one of its own.';\n                    END IF;\n                    IF NEW.outcome_id IS DISTINCT FROM (\n                        SELECT id FROM operations_outcome\n                        WHERE visit_id = NEW.id ORDER BY revision DESC LIMIT 1\n                    ) THEN\n                        RAISE EXCEPTION 'The outcome that counts is the latest revision.';\n                    END IF;\n                    RETURN NEW;\n                ", hash='0370f490cf2396db2f9209212ba1b0a47c86d19b', operation='UPDATE', pgid='pgtrigger_visit_points_to_its_own_latest_outcome_4f7ec', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_that_started_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" IS DISTINCT FROM \'planned\')', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='846998282b00c730f54dd9da7cb8ce8236fca32b', operation='DELETE', pgid='pgtrigger_visit_that_started_is_never_deleted_c5748', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_that_started_keeps_its_plan', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (ROW(OLD.operation_id, OLD.selection, OLD.starts_at, OLD.ends_at, OLD.created_by_id, OLD.created_at) IS DISTINCT FROM ROW(NEW.operation_id, NEW.selection, NEW.starts_at, NEW.ends_at, NEW.created_by_id, NEW.created_at) AND (OLD.state <> 'planned'))", func="RAISE EXCEPTION 'Once a visit has started or was cancelled, its plan never changes.';", hash='3725dd29799658ae583c87919ad4b5342900428e', operation='UPDATE', pgid='pgtrigger_visit_that_started_keeps_its_plan_1004e', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_that_started_keeps_its_start', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (ROW(OLD.started_at, OLD.started_by_id) IS DISTINCT FROM ROW(NEW.started_at, NEW.started_by_id) AND (OLD.state <> 'planned' AND NEW.state <> 'planned'))", func="RAISE EXCEPTION 'Once a visit has started, its start never changes.';", hash='650980738ea5ba4b6a9fdcc84d4de359d222a596', operation='UPDATE', pgid='pgtrigger_visit_that_started_keeps_its_start_93ef8', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_that_is_over_stays_as_it_was', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (ROW(OLD.ended_at, OLD.cancelled_reason, OLD.cancelled_at) IS DISTINCT FROM ROW(NEW.ended_at, NEW.cancelled_reason, NEW.cancelled_at) AND (OLD.state NOT IN ('planned', 'under_way') AND NEW.state = OLD.state))", func="RAISE EXCEPTION 'Once a visit is over, its end and the reasons given never change.';", hash='1769f2d17899166fd1dcb5126d313df6986c5b7b', operation='UPDATE', pgid='pgtrigger_visit_that_is_over_stays_as_it_was_1e93c', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='not_completed_changes_by_a_correction_only', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (ROW(OLD.not_completed_reason, OLD.not_completed_notes, OLD.submission, OLD.not_completed_revision, OLD.correction_reason) IS DISTINCT FROM ROW(NEW.not_completed_reason, NEW.not_completed_notes, NEW.submission, NEW.not_completed_revision, NEW.correction_reason) AND (OLD.state NOT IN ('planned', 'under_way') AND NEW.state = OLD.state AND NEW.not_completed_revision <> OLD.not_completed_revision + 1))", func="RAISE EXCEPTION 'Why a visit could not test the venue changes by a correction that says why.';", hash='d21d356a55b0110ceb8adfdcfc95d054ff3fa239', operation='UPDATE', pgid='pgtrigger_not_completed_changes_by_a_correction_only_2abff', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_visitevent" ("anonymous_since", "cancelled_at", "cancelled_reason", "correction_reason", "created_at", "created_by_id", "ended_at", "ends_at", "id", "not_completed_notes", "not_completed_reason", "not_completed_revision", "operation_id", "outcome_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "selection", "started_at", "started_by_id", "starts_at", "state", "venue_id") VALUES (NEW."anonymous_since", NEW."cancelled_at", NEW."cancelled_reason", NEW."correction_reason", NEW."created_at", NEW."created_by_id", NEW."ended_at", NEW."ends_at", NEW."id", NEW."not_completed_notes", NEW."not_completed_reason", NEW."not_completed_revision", NEW."operation_id", NEW."outcome_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."selection", NEW."started_at", NEW."started_by_id", NEW."starts_at", NEW."state", NEW."venue_id"); RETURN NULL;', hash='cc86f54bb2f15ab84f398bb87dfe16d59d53ec11', operation='INSERT', pgid='pgtrigger_insert_insert_c366c', table='operations_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."anonymous_since" IS DISTINCT FROM (NEW."anonymous_since") OR OLD."cancelled_at" IS DISTINCT FROM (NEW."cancelled_at") OR OLD."cancelled_reason" IS DISTINCT FROM (NEW."cancelled_reason") OR OLD."correction_reason" IS DISTINCT FROM (NEW."correction_reason") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."not_completed_notes" IS DISTINCT FROM (NEW."not_completed_notes") OR OLD."not_completed_reason" IS DISTINCT FROM (NEW."not_completed_reason") OR OLD."not_completed_revision" IS DISTINCT FROM (NEW."not_completed_revision") OR OLD."operation_id" IS DISTINCT FROM (NEW."operation_id") OR OLD."outcome_id" IS DISTINCT FROM (NEW."outcome_id") OR OLD."selection" IS DISTINCT FROM (NEW."selection") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."started_by_id" IS DISTINCT FROM (NEW."started_by_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."venue_id" IS DISTINCT FROM (NEW."venue_id"))', func='INSERT INTO "operations_visitevent" ("anonymous_since", "cancelled_at", "cancelled_reason", "correction_reason", "created_at", "created_by_id", "ended_at", "ends_at", "id", "not_completed_notes", "not_completed_reason", "not_completed_revision", "operation_id", "outcome_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "selection", "started_at", "started_by_id", "starts_at", "state", "venue_id") VALUES (NEW."anonymous_since", NEW."cancelled_at", NEW."cancelled_reason", NEW."correction_reason", NEW."created_at", NEW."created_by_id", NEW."ended_at", NEW."ends_at", NEW."id", NEW."not_completed_notes", NEW."not_completed_reason", NEW."not_completed_revision", NEW."operation_id", NEW."outcome_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."selection", NEW."started_at", NEW."started_by_id", NEW."starts_at", NEW."state", NEW."venue_id"); RETURN NULL;', hash='2d6e16a47486be680f562ad85d4ed0efdda669ed', operation='UPDATE', pgid='pgtrigger_update_update_f6c05', table='operations_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_visitevent" ("anonymous_since", "cancelled_at", "cancelled_reason", "correction_reason", "created_at", "created_by_id", "ended_at", "ends_at", "id", "not_completed_notes", "not_completed_reason", "not_completed_revision", "operation_id", "outcome_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "selection", "started_at", "started_by_id", "starts_at", "state", "venue_id") VALUES (OLD."anonymous_since", OLD."cancelled_at", OLD."cancelled_reason", OLD."correction_reason", OLD."created_at", OLD."created_by_id", OLD."ended_at", OLD."ends_at", OLD."id", OLD."not_completed_notes", OLD."not_completed_reason", OLD."not_completed_revision", OLD."operation_id", OLD."outcome_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."selection", OLD."started_at", OLD."started_by_id", OLD."starts_at", OLD."state", OLD."venue_id"); RETURN NULL;', hash='627767826803217f60e3f5ce159771fe854f506d', operation='DELETE', pgid='pgtrigger_delete_delete_5c25b', table='operations_visit', when='AFTER')),
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('booked', 'Booked'), ('delivered', 'Delivered'), ('confirmed', 'Confirmed'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='offered', editable=False, max_length=10)),
                ('due_on', accounts.database.model_fields.DayField(verbose_name='due by')),
                ('booked_for', accounts.database.model_fields.DayField(blank=True, null=True)),
                ('declined_reason', accounts.database.model_fields.LineField(blank=True, max_length=200)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('responsible', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to=settings.AUTH_USER_MODEL, verbose_name='responsible officer')),
                ('training_session', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='venues.trainingsession')),
                ('confirmed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirms', to='operations.visit')),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='follow_up', to='operations.visit')),
                ('command_unit', models.ForeignKey(db_index=False, editable=False, help_text='Of its venue: kept by PostgreSQL.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='venues.commandunit')),
            ],
            options={
                'verbose_name': 'follow-up',
                'ordering': ['due_on', 'pk'],
                'indexes': [models.Index(models.F('command_unit'), models.F('state'), models.F('due_on'), name='follow_up_of_unit'), models.Index(models.F('due_on'), models.F('id'), name='follow_up_by_due_date'), models.Index(models.F('due_on'), models.F('id'), condition=models.Q(('state__in', ('offered', 'booked'))), name='open_follow_up_by_due_date'), models.Index(models.F('responsible'), condition=models.Q(('state__in', ('offered', 'booked'))), name='open_follow_up_by_responsible')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('booked_for__isnull', False), ('state', 'booked')), models.Q(models.Q(('state', 'booked'), _negated=True), ('booked_for', None)), _connector='OR'), name='booked_refresher_has_a_date'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['delivered', 'confirmed']), ('training_session__isnull', False)), models.Q(models.Q(('state__in', ['delivered', 'confirmed']), _negated=True), ('training_session', None)), _connector='OR'), name='delivered_refresher_has_a_training_session'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by__isnull', False), ('state', 'confirmed')), models.Q(models.Q(('state', 'confirmed'), _negated=True), ('confirmed_by', None)), _connector='OR'), name='confirmed_refresher_names_the_visit'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), models.Q(('declined_reason', ''), _negated=True)), models.Q(models.Q(('state', 'declined'), _negated=True), ('declined_reason', '')), _connector='OR'), name='declined_refresher_says_why')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_begins_as_offered', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" IS DISTINCT FROM \'offered\')', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='76b6ca4a6400ade945263be4a41947491208aea4', operation='INSERT', pgid='pgtrigger_follow_up_begins_as_offered_6153a', table='operations_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_moves_only_as_allowed', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{offered:booked,offered:declined,offered:delivered,offered:withdrawn,booked:declined,booked:delivered,booked:offered,booked:withdrawn,delivered:booked,delivered:confirmed,delivered:offered,confirmed:booked,confirmed:delivered,confirmed:offered,declined:booked,declined:offered,withdrawn:offered}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='4263c4ecdbbd5151d4d0d9e1cd822c1c1b4aeeb9', operation='UPDATE', pgid='pgtrigger_follow_up_moves_only_as_allowed_54035', table='operations_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='0763bb5a0bf51e5b7f2e3b6e8a986a8eee076059', operation='DELETE', pgid='pgtrigger_follow_up_is_never_deleted_87af9', table='operations_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_stays_with_its_visit', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (ROW(OLD.visit_id, OLD.opened_at) IS DISTINCT FROM ROW(NEW.visit_id, NEW.opened_at))', func="RAISE EXCEPTION 'A follow-up stays with the visit that opened it.';", hash='2a38fffbb2ca97ae4dfe04f99bbef1f5aa8f8cfc', operation='UPDATE', pgid='pgtrigger_follow_up_stays_with_its_visit_98003', table='operations_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_followupevent" ("booked_for", "confirmed_by_id", "declined_reason", "due_on", "id", "opened_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible_id", "state", "training_session_id", "visit_id") VALUES (NEW."booked_for", NEW."confirmed_by_id", NEW."declined_reason", NEW."due_on", NEW."id", NEW."opened_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."responsible_id", NEW."state", NEW."training_session_id", NEW."visit_id"); RETURN NULL;', hash='0928d18bd181d44b7b33736905c85af9fec562f7', operation='INSERT', pgid='pgtrigger_insert_insert_d7f46', table='operations_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."booked_for" IS DISTINCT FROM (NEW."booked_for") OR OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id") OR OLD."declined_reason" IS DISTINCT FROM (NEW."declined_reason") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."opened_at" IS DISTINCT FROM (NEW."opened_at") OR OLD."responsible_id" IS DISTINCT FROM (NEW."responsible_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."training_session_id" IS DISTINCT FROM (NEW."training_session_id") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id"))', func='INSERT INTO "operations_followupevent" ("booked_for", "confirmed_by_id", "declined_reason", "due_on", "id", "opened_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible_id", "state", "training_session_id", "visit_id") VALUES (NEW."booked_for", NEW."confirmed_by_id", NEW."declined_reason", NEW."due_on", NEW."id", NEW."opened_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."responsible_id", NEW."state", NEW."training_session_id", NEW."visit_id"); RETURN NULL;', hash='8b9de21a10b7580625147557b7c63898493698c9', operation='UPDATE', pgid='pgtrigger_update_update_d746c', table='operations_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_followupevent" ("booked_for", "confirmed_by_id", "declined_reason", "due_on", "id", "opened_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible_id", "state", "training_session_id", "visit_id") VALUES (OLD."booked_for", OLD."confirmed_by_id", OLD."declined_reason", OLD."due_on", OLD."id", OLD."opened_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."responsible_id", OLD."state", OLD."training_session_id", OLD."visit_id"); RETURN NULL;', hash='e216599a530347894982ce91dfe1b58a67790a0b', operation='DELETE', pgid='pgtrigger_delete_delete_a8059', table='operations_followup', when='AFTER')),
        ),
        migrations.CreateModel(
            name='FollowUpEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('booked', 'Booked'), ('delivered', 'Delivered'), ('confirmed', 'Confirmed'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='offered', editable=False, max_length=10)),
                ('due_on', accounts.database.model_fields.DayField(verbose_name='due by')),
                ('booked_for', accounts.database.model_fields.DayField(blank=True, null=True)),
                ('declined_reason', accounts.database.model_fields.LineField(blank=True, max_length=200)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.followup')),
                ('responsible', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible officer')),
                ('training_session', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.trainingsession')),
                ('confirmed_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.visit')),
                ('visit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.visit')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='followup_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='followup_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8d4b23a36a67598feadc7ae335bd9ef4d4207717', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_acaed', table='operations_followupevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='FollowUpPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', accounts.database.model_fields.DayField(unique=True)),
                ('working_days_only', models.BooleanField(default=True, help_text='Due dates and reminders fall on working days of England and Wales only.')),
            ],
            options={
                'verbose_name_plural': 'follow-up policies',
                'ordering': ['-valid_from'],
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followuppolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_followuppolicyevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from", "working_days_only") VALUES (NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."valid_from", NEW."working_days_only"); RETURN NULL;', hash='041bddf3bdf1deb8443a100468af26cba5213dd6', operation='INSERT', pgid='pgtrigger_insert_insert_6aa65', table='operations_followuppolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followuppolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "operations_followuppolicyevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from", "working_days_only") VALUES (NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."valid_from", NEW."working_days_only"); RETURN NULL;', hash='6161fb4b54c6a009b85932e7b10c1e463dcf0ebf', operation='UPDATE', pgid='pgtrigger_update_update_efedd', table='operations_followuppolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followuppolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_followuppolicyevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from", "working_days_only") VALUES (OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."valid_from", OLD."working_days_only"); RETURN NULL;', hash='215de3d05457a42e5ec2374725847122b09640ae', operation='DELETE', pgid='pgtrigger_delete_delete_e8238', table='operations_followuppolicy', when='AFTER')),
        ),
        migrations.CreateModel(
            name='FollowUpPolicyEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('valid_from', accounts.database.model_fields.DayField()),
                ('working_days_only', models.BooleanField(default=True, help_text='Due dates and reminders fall on working days of England and Wales only.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.followuppolicy')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='followuppolicy_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='followuppolicy_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followuppolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1cb6f544fd3af862635f1039c328910d8c350317', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_602d1', table='operations_followuppolicyevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='OperationEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('reference', accounts.database.model_fields.LineField(help_text='How the force files it, like MS/2026/04.', max_length=40)),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('starts_on', accounts.database.model_fields.DayField(verbose_name='first day')),
                ('ends_on', accounts.database.model_fields.DayField(verbose_name='last day')),
                ('authorisation_reference', accounts.database.model_fields.LineField(help_text='Of the written authority for these visits.', max_length=60)),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=2000)),
                ('wanted_starts_on', accounts.database.model_fields.DayField(editable=False, null=True, verbose_name='first day asked for')),
                ('wanted_ends_on', accounts.database.model_fields.DayField(editable=False, null=True, verbose_name='last day asked for')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.operation')),
                ('wanted_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, help_text='Who asked for dates in whose way visits, or other command units, stand.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='dates asked for by')),
                ('scenario', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.scenario')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='operation_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='operation_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='31772ee3734edc2e227a82e8dc66598b12f8a6a1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_83daa', table='operations_operationevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='OperationVenue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('selection', models.CharField(choices=[('random', 'Drawn by chance'), ('random_part', 'Drawn by chance from a part'), ('priority', 'Priority'), ('intelligence', 'Intelligence-led')], max_length=12)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draw', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chosen_venues', to='operations.draw')),
                ('operation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chosen_venues', to='operations.operation')),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chosen_for', to='venues.venue')),
                ('command_unit', models.ForeignKey(db_index=False, editable=False, help_text='Of its venue: kept by PostgreSQL.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='venues.commandunit')),
            ],
            options={
                'verbose_name': 'chosen venue',
                'indexes': [models.Index(models.F('operation'), models.F('command_unit'), name='chosen_of_operation_and_unit')],
                'constraints': [models.UniqueConstraint(models.F('operation'), models.F('venue'), name='venue_is_once_in_an_operation'), models.CheckConstraint(condition=models.Q(('draw', None), ('selection__in', ('random', 'random_part')), _connector='OR'), name='drawn_venue_is_chosen_by_chance')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationvenue',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_operationvenueevent" ("added_at", "added_by_id", "draw_id", "id", "operation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "selection", "venue_id") VALUES (NEW."added_at", NEW."added_by_id", NEW."draw_id", NEW."id", NEW."operation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."selection", NEW."venue_id"); RETURN NULL;', hash='516b6aeb4f4208fb93de302fa28a4efdba27f8e0', operation='INSERT', pgid='pgtrigger_insert_insert_480b4', table='operations_operationvenue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationvenue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."added_by_id" IS DISTINCT FROM (NEW."added_by_id") OR OLD."draw_id" IS DISTINCT FROM (NEW."draw_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."operation_id" IS DISTINCT FROM (NEW."operation_id") OR OLD."selection" IS DISTINCT FROM (NEW."selection") OR OLD."venue_id" IS DISTINCT FROM (NEW."venue_id"))', func='INSERT INTO "operations_operationvenueevent" ("added_at", "added_by_id", "draw_id", "id", "operation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "selection", "venue_id") VALUES (NEW."added_at", NEW."added_by_id", NEW."draw_id", NEW."id", NEW."operation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."selection", NEW."venue_id"); RETURN NULL;', hash='509fe17aca42457e2103e976415781456612d3ae', operation='UPDATE', pgid='pgtrigger_update_update_e46cd', table='operations_operationvenue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationvenue',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_operationvenueevent" ("added_at", "added_by_id", "draw_id", "id", "operation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "selection", "venue_id") VALUES (OLD."added_at", OLD."added_by_id", OLD."draw_id", OLD."id", OLD."operation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."selection", OLD."venue_id"); RETURN NULL;', hash='cd6cd7ba1e7a3e15dea2be47176a599af66f22b4', operation='DELETE', pgid='pgtrigger_delete_delete_99c4d', table='operations_operationvenue', when='AFTER')),
        ),
        migrations.CreateModel(
            name='OperationVenueEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('selection', models.CharField(choices=[('random', 'Drawn by chance'), ('random_part', 'Drawn by chance from a part'), ('priority', 'Priority'), ('intelligence', 'Intelligence-led')], max_length=12)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('draw', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.draw')),
                ('operation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.operation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.operationvenue')),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='operationvenue_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='operationvenue_event_by'), models.Index(fields=['operation'], name='operations__operati_30dd94_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationvenueevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8c14154492513e3edaa19137720774b058923345', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0e755', table='operations_operationvenueevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='OutcomeEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('revision', models.PositiveSmallIntegerField(default=1)),
                ('correction_reason', accounts.database.model_fields.LineField(blank=True, max_length=200)),
                ('logged_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('challenged', models.BooleanField(help_text='Staff asked about the situation: who they were, what they were doing.')),
                ('asked_for_identification', models.BooleanField()),
                ('signs_recognised', models.BooleanField(help_text='By what staff said or did.')),
                ('room_refused', models.BooleanField()),
                ('refusal_ground', models.CharField(blank=True, choices=[('warning_signs', 'Because of the warning signs'), ('no_identification', 'No identification was shown'), ('payment', 'They do not take cash'), ('house_rule', 'Another rule of the house'), ('not_said', 'No reason given')], max_length=20)),
                ('police_contacted', models.BooleanField()),
                ('contact_method', models.CharField(blank=True, choices=[('999', 'Called 999'), ('101', 'Called 101'), ('in_person', 'Told an officer in person'), ('online', 'Reported online')], max_length=10)),
                ('contact_minutes', models.PositiveSmallIntegerField(help_text='Minutes from when the team asked for a room to the contact; empty: not known.', null=True, validators=[django.core.validators.MaxValueValidator(1440)])),
                ('makesafe_quoted', models.BooleanField(help_text='Empty: not known, or no contact.', null=True)),
                ('incident_reference', accounts.database.model_fields.LineField(blank=True, max_length=40)),
                ('call_handler_recognised', models.BooleanField(help_text='The call handler saw the CSE element. Empty: not known.', null=True)),
                ('officers_sent', models.BooleanField(help_text='Empty: not known, or no contact.', null=True)),
                ('officers_arrived_minutes', models.PositiveSmallIntegerField(help_text='Minutes from the contact to officers arriving; empty: they did not, or before the team left nobody knew.', null=True, validators=[django.core.validators.MaxValueValidator(1440)])),
                ('staff_debriefed', models.BooleanField()),
                ('materials_left', models.BooleanField()),
                ('refresher_accepted', models.BooleanField(help_text='Accepted on the spot. Empty: it was not offered.', null=True)),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=4000)),
                ('verdict', models.CharField(choices=[('responded_well', 'Responded well'), ('partly', 'Partly: refresher recommended'), ('refresher_needed', 'Refresher needed')], max_length=20)),
                ('verdict_rule', models.PositiveSmallIntegerField(help_text='The version of the rule that judged it.')),
                ('logged_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.outcome')),
                ('visit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.visit')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='outcome_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='outcome_event_by'), models.Index(fields=['visit'], name='operations__visit_i_41a8d4_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcomeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d571dd85e2daff997285ec0480828f8b9237b2c3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_521b4', table='operations_outcomeevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('soon', 'Due in 7 days'), ('due', 'Due today'), ('chase', 'Past its date')], max_length=10)),
                ('audience', models.CharField(choices=[('venue', 'venue'), ('officer', 'responsible officer'), ('lead', 'lead')], max_length=10)),
                ('date', accounts.database.model_fields.DayField(help_text='The day for which the message is meant.')),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('not_sent_because', accounts.database.model_fields.LineField(blank=True, editable=False, help_text='Such as: no contact on record.', max_length=200)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='operations.followup')),
            ],
            options={
                'ordering': ['-date', '-pk'],
                'constraints': [models.UniqueConstraint(models.F('follow_up'), models.F('stage'), models.F('audience'), models.F('date'), name='reminder_goes_out_once'), models.CheckConstraint(condition=models.Q(models.Q(('audience', 'venue'), ('stage__in', ['soon', 'due', 'chase'])), models.Q(('audience', 'officer'), ('stage__in', ['soon', 'due', 'chase'])), models.Q(('audience', 'lead'), ('stage__in', ['chase'])), _connector='OR'), name='audience_hears_of_a_follow_up_at_this_stage')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminder',
            trigger=pgtrigger.compiler.Trigger(name='reminder_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e29cde0eacd57c13689067b57ba06d86e903a85c', operation='DELETE', pgid='pgtrigger_reminder_is_never_deleted_40c04', table='operations_reminder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminder',
            trigger=pgtrigger.compiler.Trigger(name='reminder_is_decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (ROW(OLD.follow_up_id, OLD.stage, OLD.audience, OLD.date, OLD.decided_at, OLD.not_sent_because) IS DISTINCT FROM ROW(NEW.follow_up_id, NEW.stage, NEW.audience, NEW.date, NEW.decided_at, NEW.not_sent_because))', func="RAISE EXCEPTION 'What was decided about a reminder never changes.';", hash='4a65edccdc91ab3882c063e28bcff6be82020c17', operation='UPDATE', pgid='pgtrigger_reminder_is_decided_once_ef5ed', table='operations_reminder', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='ReminderCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('left_out_because', accounts.database.model_fields.LineField(blank=True, help_text='Such as: the date changed before it went out.', max_length=200)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminder_copies', to='outbox.message')),
                ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='operations.reminder')),
            ],
            options={
                'verbose_name_plural': 'reminder copies',
                'constraints': [models.UniqueConstraint(models.F('reminder'), models.F('message'), name='reminder_is_in_a_message_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='remindercopy',
            trigger=pgtrigger.compiler.Trigger(name='copy_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='e4452ebcddcbe7de63b1a67aa3fffc1c098b873d', operation='DELETE', pgid='pgtrigger_copy_is_never_deleted_b71cb', table='operations_remindercopy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='remindercopy',
            trigger=pgtrigger.compiler.Trigger(name='copy_stays_in_its_message', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (ROW(OLD.reminder_id, OLD.message_id) IS DISTINCT FROM ROW(NEW.reminder_id, NEW.message_id))', func="RAISE EXCEPTION 'A reminder stays in the message that it was put into.';", hash='08c1e5ecabf966012d495d46c881f47407be121a', operation='UPDATE', pgid='pgtrigger_copy_stays_in_its_message_eb5ea', table='operations_remindercopy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='remindercopy',
            trigger=pgtrigger.compiler.Trigger(name='nothing_is_put_into_a_message_that_went_out', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE went_out boolean;', func="\n                    EXECUTE 'SELECT 1 FROM outbox_message\n                        WHERE id IN (SELECT message_id FROM put) ORDER BY id FOR SHARE';\n                    EXECUTE 'SELECT EXISTS (SELECT FROM outbox_message\n                        WHERE id IN (SELECT message_id FROM put) AND state <> ''waiting'')'\n                    INTO went_out;\n                    IF went_out THEN\n                        RAISE EXCEPTION 'Nothing is put into a message that went out.';\n                    END IF;\n                    RETURN NULL;\n                ", hash='74e7b4e620f2be2d8847e2ff98b48ff51b8c9e5b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_nothing_is_put_into_a_message_that_went_out_8ebd8', referencing='REFERENCING NEW TABLE AS put ', table='operations_remindercopy', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ScenarioEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('title', accounts.database.model_fields.LineField(max_length=120)),
                ('script', accounts.database.model_fields.LinesField(help_text='What the team says and does, in order, and when to stop.', max_length=5000)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.scenario')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='scenario_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='scenario_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenarioevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4555fff8696ef737d323e50e07cf88102bb051f1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c02af', table='operations_scenarioevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='WarningSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', accounts.database.model_fields.LineField(max_length=200)),
                ('position', models.PositiveSmallIntegerField(help_text='Where it stands in lists.')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(venues.registry.names_in_sql.NormalName('text'), name='warning_sign_is_unique', violation_error_message='There is already a warning sign of these words.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='warningsign',
            trigger=pgtrigger.compiler.Trigger(name='sign_that_a_scenario_shows_keeps_its_words', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.text IS DISTINCT FROM NEW.text)', func="\n                    IF EXISTS (\n                        SELECT FROM operations_scenariosign WHERE warning_sign_id = OLD.id\n                    ) THEN\n                        RAISE EXCEPTION 'A sign that a scenario shows keeps its words.';\n                    END IF;\n                    RETURN NEW;\n                ", hash='f1a552d2db616b15dbef72510edba0ada31c143b', operation='UPDATE', pgid='pgtrigger_sign_that_a_scenario_shows_keeps_its_words_92661', table='operations_warningsign', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='warningsign',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_warningsignevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "text") VALUES (NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."position", NEW."text"); RETURN NULL;', hash='0087e4aa11e33d8c1b13a27fd19d68bac6ccc84f', operation='INSERT', pgid='pgtrigger_insert_insert_5be6b', table='operations_warningsign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='warningsign',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "operations_warningsignevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "text") VALUES (NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."position", NEW."text"); RETURN NULL;', hash='d9e9ab8b0d477790c509d9ee106076ebb468e603', operation='UPDATE', pgid='pgtrigger_update_update_22bd9', table='operations_warningsign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='warningsign',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_warningsignevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "text") VALUES (OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."position", OLD."text"); RETURN NULL;', hash='93cd72da08aa92f258807099942d15cafc45b6e6', operation='DELETE', pgid='pgtrigger_delete_delete_6d5ec', table='operations_warningsign', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ScenarioSign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='operations.scenario')),
                ('warning_sign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='operations.warningsign')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('scenario'), models.F('warning_sign'), name='sign_is_once_in_a_scenario')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenariosign',
            trigger=pgtrigger.compiler.Trigger(name='signs_of_a_scenario_in_use_never_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT FROM operations_operation WHERE\n                            (TG_OP <> 'INSERT' AND scenario_id = OLD.scenario_id)\n                            OR (TG_OP <> 'DELETE' AND scenario_id = NEW.scenario_id)\n                    ) THEN\n                        RAISE EXCEPTION\n                            'The signs of a scenario version that an operation uses never change.';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ", hash='22c819a9ede6e08ba9c88f88e85612833331bc50', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_signs_of_a_scenario_in_use_never_change_f7707', table='operations_scenariosign', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenariosign',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_scenariosignevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scenario_id", "warning_sign_id") VALUES (NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."scenario_id", NEW."warning_sign_id"); RETURN NULL;', hash='8cdff9e3e71d845092afebb70ac9e3a3787ae78e', operation='INSERT', pgid='pgtrigger_insert_insert_2ab9a', table='operations_scenariosign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenariosign',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "operations_scenariosignevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scenario_id", "warning_sign_id") VALUES (NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."scenario_id", NEW."warning_sign_id"); RETURN NULL;', hash='db27ef27fdf31d05501e50eedfe909b4caefb4f0', operation='UPDATE', pgid='pgtrigger_update_update_30fd0', table='operations_scenariosign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenariosign',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_scenariosignevent" ("id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "scenario_id", "warning_sign_id") VALUES (OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."scenario_id", OLD."warning_sign_id"); RETURN NULL;', hash='05ce4c8d64cb39ed963a6242153ffdb36e5f90d5', operation='DELETE', pgid='pgtrigger_delete_delete_ad3a2', table='operations_scenariosign', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ScenarioSignEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.scenariosign')),
                ('scenario', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.scenario')),
                ('warning_sign', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.warningsign')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='scenariosign_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='scenariosign_event_by'), models.Index(fields=['scenario'], name='operations__scenari_ceb90a_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenariosignevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ebbd6ab39bad3c2716f338bb4320847d2df34e14', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a172d', table='operations_scenariosignevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Cadet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('reference', accounts.database.model_fields.LineField(help_text='Not a name.', max_length=20)),
                ('birth_date', accounts.database.model_fields.DayField(null=True)),
                ('consented_on', accounts.database.model_fields.DayField(blank=True, help_text='By a parent or carer, in writing.', null=True, verbose_name='consent given on')),
                ('briefed_on', accounts.database.model_fields.DayField(blank=True, null=True, verbose_name='last briefed on')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('erased_on', accounts.database.model_fields.DayField(editable=False, help_text='When what is held was erased by the rules of retention; only the entry stays.', null=True)),
                ('command_unit', models.ForeignKey(blank=True, help_text='Whose planners may ask this cadet; empty: those of every unit.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cadets', to='venues.commandunit')),
            ],
            options={
                'ordering': [accounts.database.references.NaturalOrder('reference')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('consented_on', None), ('consented_on__gt', models.F('birth_date')), _connector='OR'), models.Q(('briefed_on', None), ('briefed_on__gt', models.F('birth_date')), _connector='OR')), name='cadet_was_born_before_consent_and_briefing'), models.CheckConstraint(condition=models.Q(models.Q(('birth_date__isnull', False), ('erased_on', None)), models.Q(('birth_date', None), ('briefed_on', None), ('consented_on', None), ('erased_on__isnull', False)), _connector='OR'), name='cadet_has_a_birth_date_or_is_erased'), models.UniqueConstraint(accounts.database.references.NaturalOrder('reference'), name='cadet_reference_is_unique_however_written', violation_error_message='Another cadet already has this reference.'), models.CheckConstraint(condition=models.Q(('reference__regex', '^[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?$')), name='cadet_reference_is_plain', violation_error_message='Enter letters, figures, hyphens and slashes only.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadet',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_cadetevent" ("birth_date", "briefed_on", "command_unit_id", "consented_on", "created_at", "erased_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference") VALUES (NEW."birth_date", NEW."briefed_on", NEW."command_unit_id", NEW."consented_on", NEW."created_at", NEW."erased_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."reference"); RETURN NULL;', hash='95f7ad148bf5c54524f0486c5243c95d311721e6', operation='INSERT', pgid='pgtrigger_insert_insert_a7dae', table='operations_cadet', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadet',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."birth_date" IS DISTINCT FROM (NEW."birth_date") OR OLD."briefed_on" IS DISTINCT FROM (NEW."briefed_on") OR OLD."command_unit_id" IS DISTINCT FROM (NEW."command_unit_id") OR OLD."consented_on" IS DISTINCT FROM (NEW."consented_on") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."erased_on" IS DISTINCT FROM (NEW."erased_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."reference" IS DISTINCT FROM (NEW."reference"))', func='INSERT INTO "operations_cadetevent" ("birth_date", "briefed_on", "command_unit_id", "consented_on", "created_at", "erased_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference") VALUES (NEW."birth_date", NEW."briefed_on", NEW."command_unit_id", NEW."consented_on", NEW."created_at", NEW."erased_on", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."reference"); RETURN NULL;', hash='bf87a09367aae93d844877b07ff3ffbb9e342386', operation='UPDATE', pgid='pgtrigger_update_update_0b9ed', table='operations_cadet', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadet',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_cadetevent" ("birth_date", "briefed_on", "command_unit_id", "consented_on", "created_at", "erased_on", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference") VALUES (OLD."birth_date", OLD."briefed_on", OLD."command_unit_id", OLD."consented_on", OLD."created_at", OLD."erased_on", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."reference"); RETURN NULL;', hash='7ea82560f5e50533f545e82d86144687153dc28b', operation='DELETE', pgid='pgtrigger_delete_delete_f8ee2', table='operations_cadet', when='AFTER')),
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.CharField(choices=[('lead', 'Lead officer'), ('welfare', 'Welfare officer'), ('support', 'Supporting officer'), ('cadet', 'Cadet')], max_length=8)),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(editable=False, help_text="When the visit takes the member up: kept by PostgreSQL from the visit's window, empty once it is cancelled.", null=True)),
                ('cadet', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='team_memberships', to='operations.cadet')),
                ('officer', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='team_memberships', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='team', to='operations.visit')),
                ('command_unit', models.ForeignKey(db_index=False, editable=False, help_text='Of its venue: kept by PostgreSQL.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='venues.commandunit')),
                ('visit_is_over', models.BooleanField(default=False, editable=False, help_text='Whether the visit was completed or not completed: kept by PostgreSQL.')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(models.F('officer'), models.F('visit'), condition=models.Q(('officer__isnull', False)), name='officer_in_teams'), models.Index(models.F('cadet'), models.F('command_unit'), condition=models.Q(('cadet__isnull', False)), name='cadet_in_teams_of_unit')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cadet__isnull', False), ('duty', 'cadet'), ('officer', None)), models.Q(models.Q(('duty', 'cadet'), _negated=True), ('cadet', None), ('officer__isnull', False)), _connector='OR'), name='team_member_is_an_officer_or_a_cadet'), models.UniqueConstraint(models.F('visit'), models.F('officer'), name='officer_is_once_in_a_team'), models.UniqueConstraint(models.F('visit'), models.F('cadet'), name='cadet_is_once_in_a_team'), models.UniqueConstraint(models.F('visit'), condition=models.Q(('duty', 'lead')), name='team_has_one_lead_officer'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('officer__isnull', False), ('period__isnull', False)), expressions=[('officer', '='), ('period', '&&')], name='officer_is_not_in_two_visits_at_once', violation_error_message='This officer is in another visit at that time.'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cadet__isnull', False), ('period__isnull', False)), expressions=[('cadet', '='), ('period', '&&')], name='cadet_is_not_in_two_visits_at_once', violation_error_message='This cadet is in another visit at that time.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='team_stands_once_the_visit_has_started', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'UPDATE'\n                        AND ROW(OLD.visit_id, OLD.officer_id, OLD.cadet_id, OLD.duty)\n                        IS NOT DISTINCT FROM\n                        ROW(NEW.visit_id, NEW.officer_id, NEW.cadet_id, NEW.duty) THEN\n                        RETURN NEW;\n                    END IF;\n                    IF EXISTS (\n                        SELECT FROM operations_visit WHERE state <> 'planned' AND (\n                            (TG_OP <> 'INSERT' AND id = OLD.visit_id)\n                            OR (TG_OP <> 'DELETE' AND id = NEW.visit_id)\n                        )\n                    ) THEN\n                        RAISE EXCEPTION\n                            'The team of a visit stands once it has started or was cancelled.';\n                    END IF;\n                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n                    RETURN NEW;\n                ", hash='f3fd1415b835585132cebaef3582b0b02801c38a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_team_stands_once_the_visit_has_started_28e76', table='operations_teammember', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_teammemberevent" ("cadet_id", "duty", "id", "officer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visit_id") VALUES (NEW."cadet_id", NEW."duty", NEW."id", NEW."officer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."visit_id"); RETURN NULL;', hash='eb770edb5de1bd1a0d4fc0f10d6479a9bd060027', operation='INSERT', pgid='pgtrigger_insert_insert_b9f1f', table='operations_teammember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."cadet_id" IS DISTINCT FROM (NEW."cadet_id") OR OLD."duty" IS DISTINCT FROM (NEW."duty") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."officer_id" IS DISTINCT FROM (NEW."officer_id") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id"))', func='INSERT INTO "operations_teammemberevent" ("cadet_id", "duty", "id", "officer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visit_id") VALUES (NEW."cadet_id", NEW."duty", NEW."id", NEW."officer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."visit_id"); RETURN NULL;', hash='52831461642121eee73a659b83722b836b52fce7', operation='UPDATE', pgid='pgtrigger_update_update_b78ce', table='operations_teammember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_teammemberevent" ("cadet_id", "duty", "id", "officer_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "visit_id") VALUES (OLD."cadet_id", OLD."duty", OLD."id", OLD."officer_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."visit_id"); RETURN NULL;', hash='eccb59cb80ee524000229896a60652564e97fc50', operation='DELETE', pgid='pgtrigger_delete_delete_85135', table='operations_teammember', when='AFTER')),
        ),
        migrations.CreateModel(
            name='TeamMemberEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('duty', models.CharField(choices=[('lead', 'Lead officer'), ('welfare', 'Welfare officer'), ('support', 'Supporting officer'), ('cadet', 'Cadet')], max_length=8)),
                ('cadet', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.cadet')),
                ('officer', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.teammember')),
                ('visit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.visit')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='teammember_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='teammember_event_by'), models.Index(fields=['visit'], name='operations__visit_i_1e8def_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammemberevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d6202d33b663d0a17c8b3d6bad312d808e9705b3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4d296', table='operations_teammemberevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='VisitEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('selection', models.CharField(choices=[('random', 'Drawn by chance'), ('random_part', 'Drawn by chance from a part'), ('priority', 'Priority'), ('intelligence', 'Intelligence-led')], default='random', max_length=12)),
                ('starts_at', accounts.database.model_fields.MomentField(verbose_name='from')),
                ('ends_at', accounts.database.model_fields.MomentField(verbose_name='until')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('under_way', 'Under way'), ('completed', 'Completed'), ('not_completed', 'Not completed'), ('cancelled', 'Cancelled')], default='planned', editable=False, max_length=15)),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('not_completed_reason', models.CharField(blank=True, choices=[('fully_booked', 'Fully booked'), ('desk_unstaffed', 'Desk unstaffed or kiosk only'), ('team_recognised', 'Team recognised'), ('unsafe', 'Unsafe to go on'), ('police_there', 'Police already there'), ('out_of_time', 'Out of time'), ('cadet_unwell', 'Cadet unwell or withdrawn'), ('stood_down', 'Stood down by the control room'), ('not_closed', 'Not closed by its team'), ('real_concern', 'Real concern found'), ('other_eligible', 'Another reason: the venue could be tested another time'), ('out_of_business', 'Out of business'), ('closed_for_now', 'Closed for now'), ('no_overnight', 'No overnight lets'), ('members_only', 'Members or block booking only'), ('not_found', 'Not found'), ('duplicate', 'Same place as another venue'), ('other_not_eligible', 'Another reason: not a venue to test')], editable=False, max_length=20)),
                ('not_completed_notes', accounts.database.model_fields.LinesField(blank=True, editable=False, max_length=2000)),
                ('not_completed_revision', models.PositiveSmallIntegerField(default=1, editable=False, help_text='Counts the corrections of why the venue could not be tested.')),
                ('correction_reason', accounts.database.model_fields.LineField(blank=True, editable=False, max_length=200)),
                ('cancelled_reason', accounts.database.model_fields.LineField(blank=True, editable=False, max_length=200)),
                ('cancelled_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('anonymous_since', accounts.database.model_fields.DayField(editable=False, help_text='When the people and the free text were erased by the rules of retention.', null=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('operation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.operation')),
                ('outcome', models.ForeignKey(db_constraint=False, db_index=False, editable=False, help_text='The outcome that counts: the latest revision.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.outcome')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.visit')),
                ('started_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='visit_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='visit_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b47f60d8eb6165387ab2b8059fa458d8547e7c64', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_83e90', table='operations_visitevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='VisitPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', accounts.database.model_fields.DayField(unique=True)),
                ('longest_minutes', models.PositiveSmallIntegerField(default=240, help_text='At most 720, which is 12 hours.', verbose_name='longest window, in minutes')),
                ('overdue_after_minutes', models.PositiveSmallIntegerField(default=30, help_text='The board then says to treat calls as real. At most 120.', verbose_name='minutes after the window until a visit is overdue')),
                ('start_early_minutes', models.PositiveSmallIntegerField(default=60, help_text='While it is under way the board takes calls for a test. At most 120.', verbose_name='minutes before the window from which a visit can start')),
                ('longest_operation_days', models.PositiveSmallIntegerField(default=366, help_text='Its first and last day counted. At most 366, which is a year.', verbose_name='longest operation, in days')),
            ],
            options={
                'verbose_name_plural': 'visit policies',
                'ordering': ['-valid_from'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('longest_minutes__range', (1, 720)), ('longest_operation_days__range', (1, 366)), ('overdue_after_minutes__lte', 120), ('start_early_minutes__lte', 120)), name='visit_policy_stays_within_reason', violation_error_message='The longest window is between 1 and 720 minutes; a visit starts 120 minutes before its window at the earliest, and is overdue 120 minutes after it or sooner. The longest operation is between 1 and 366 days.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitpolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_visitpolicyevent" ("id", "longest_minutes", "longest_operation_days", "overdue_after_minutes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_early_minutes", "valid_from") VALUES (NEW."id", NEW."longest_minutes", NEW."longest_operation_days", NEW."overdue_after_minutes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."start_early_minutes", NEW."valid_from"); RETURN NULL;', hash='ff889de709e409b2a8c35c4d33ea757edfcacce2', operation='INSERT', pgid='pgtrigger_insert_insert_d901e', table='operations_visitpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitpolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "operations_visitpolicyevent" ("id", "longest_minutes", "longest_operation_days", "overdue_after_minutes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_early_minutes", "valid_from") VALUES (NEW."id", NEW."longest_minutes", NEW."longest_operation_days", NEW."overdue_after_minutes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."start_early_minutes", NEW."valid_from"); RETURN NULL;', hash='df3acde2d9bb12507064cea53a3a1041a2d84528', operation='UPDATE', pgid='pgtrigger_update_update_4d0f7', table='operations_visitpolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitpolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_visitpolicyevent" ("id", "longest_minutes", "longest_operation_days", "overdue_after_minutes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_early_minutes", "valid_from") VALUES (OLD."id", OLD."longest_minutes", OLD."longest_operation_days", OLD."overdue_after_minutes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."start_early_minutes", OLD."valid_from"); RETURN NULL;', hash='2fac73942a8beed6159e0fc499db9f0f2fbdc39a', operation='DELETE', pgid='pgtrigger_delete_delete_6933e', table='operations_visitpolicy', when='AFTER')),
        ),
        migrations.CreateModel(
            name='VisitPolicyEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('valid_from', accounts.database.model_fields.DayField()),
                ('longest_minutes', models.PositiveSmallIntegerField(default=240, help_text='At most 720, which is 12 hours.', verbose_name='longest window, in minutes')),
                ('overdue_after_minutes', models.PositiveSmallIntegerField(default=30, help_text='The board then says to treat calls as real. At most 120.', verbose_name='minutes after the window until a visit is overdue')),
                ('start_early_minutes', models.PositiveSmallIntegerField(default=60, help_text='While it is under way the board takes calls for a test. At most 120.', verbose_name='minutes before the window from which a visit can start')),
                ('longest_operation_days', models.PositiveSmallIntegerField(default=366, help_text='Its first and last day counted. At most 366, which is a year.', verbose_name='longest operation, in days')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.visitpolicy')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='visitpolicy_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='visitpolicy_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitpolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b1d683c90772ac9d2ab7ae068debda7e39792f3e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a1110', table='operations_visitpolicyevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='WarningSignEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('text', accounts.database.model_fields.LineField(max_length=200)),
                ('position', models.PositiveSmallIntegerField(help_text='Where it stands in lists.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.warningsign')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='warningsign_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='warningsign_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='warningsignevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='955e590c03be772b7a76e851fb789fc497a0268e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_aeafb', table='operations_warningsignevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='CadetEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('reference', accounts.database.model_fields.LineField(help_text='Not a name.', max_length=20)),
                ('birth_date', accounts.database.model_fields.DayField(null=True)),
                ('consented_on', accounts.database.model_fields.DayField(blank=True, help_text='By a parent or carer, in writing.', null=True, verbose_name='consent given on')),
                ('briefed_on', accounts.database.model_fields.DayField(blank=True, null=True, verbose_name='last briefed on')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('erased_on', accounts.database.model_fields.DayField(editable=False, help_text='When what is held was erased by the rules of retention; only the entry stays.', null=True)),
                ('command_unit', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Whose planners may ask this cadet; empty: those of every unit.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.commandunit')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='operations.cadet')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='cadet_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='cadet_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cadetevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='869045a45fcbeff4759c547c3f4780548d202396', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9b2da', table='operations_cadetevent', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='operation',
            name='venues',
            field=models.ManyToManyField(related_name='operations', through='operations.OperationVenue', to='venues.venue'),
        ),
        migrations.AddField(
            model_name='outcome',
            name='visit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='operations.visit'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='warning_signs',
            field=models.ManyToManyField(related_name='scenarios', through='operations.ScenarioSign', to='operations.warningsign'),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.UniqueConstraint(models.F('visit'), models.F('revision'), name='outcome_revision_is_unique'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operation',
            trigger=pgtrigger.compiler.Trigger(name='scenario_stands_once_a_visit_has_played_it', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.scenario_id IS DISTINCT FROM NEW.scenario_id)', func="\n                    IF EXISTS (\n                        SELECT FROM operations_visit\n                        WHERE operation_id = OLD.id AND state NOT IN ('planned', 'cancelled')\n                    ) THEN\n                        RAISE EXCEPTION\n                            'The scenario of an operation stands once a visit has played it.';\n                    END IF;\n                    RETURN NEW;\n                ", hash='0d7e9530b1b4b350de8246db157432c1ec807924', operation='UPDATE', pgid='pgtrigger_scenario_stands_once_a_visit_has_played_it_58028', table='operations_operation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_operationevent" ("authorisation_reference", "created_at", "created_by_id", "ends_on", "id", "lead_id", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "scenario_id", "starts_on", "wanted_by_id", "wanted_ends_on", "wanted_starts_on") VALUES (NEW."authorisation_reference", NEW."created_at", NEW."created_by_id", NEW."ends_on", NEW."id", NEW."lead_id", NEW."name", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."reference", NEW."scenario_id", NEW."starts_on", NEW."wanted_by_id", NEW."wanted_ends_on", NEW."wanted_starts_on"); RETURN NULL;', hash='2e91fe745a18a33f9d8725d32f42896b27b3c51d', operation='INSERT', pgid='pgtrigger_insert_insert_3537d', table='operations_operation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."authorisation_reference" IS DISTINCT FROM (NEW."authorisation_reference") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lead_id" IS DISTINCT FROM (NEW."lead_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."scenario_id" IS DISTINCT FROM (NEW."scenario_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."wanted_by_id" IS DISTINCT FROM (NEW."wanted_by_id") OR OLD."wanted_ends_on" IS DISTINCT FROM (NEW."wanted_ends_on") OR OLD."wanted_starts_on" IS DISTINCT FROM (NEW."wanted_starts_on"))', func='INSERT INTO "operations_operationevent" ("authorisation_reference", "created_at", "created_by_id", "ends_on", "id", "lead_id", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "scenario_id", "starts_on", "wanted_by_id", "wanted_ends_on", "wanted_starts_on") VALUES (NEW."authorisation_reference", NEW."created_at", NEW."created_by_id", NEW."ends_on", NEW."id", NEW."lead_id", NEW."name", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."reference", NEW."scenario_id", NEW."starts_on", NEW."wanted_by_id", NEW."wanted_ends_on", NEW."wanted_starts_on"); RETURN NULL;', hash='a40f51f33deebbda60cc892debf34a5d3fe90bf9', operation='UPDATE', pgid='pgtrigger_update_update_9d56b', table='operations_operation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_operationevent" ("authorisation_reference", "created_at", "created_by_id", "ends_on", "id", "lead_id", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "scenario_id", "starts_on", "wanted_by_id", "wanted_ends_on", "wanted_starts_on") VALUES (OLD."authorisation_reference", OLD."created_at", OLD."created_by_id", OLD."ends_on", OLD."id", OLD."lead_id", OLD."name", OLD."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."reference", OLD."scenario_id", OLD."starts_on", OLD."wanted_by_id", OLD."wanted_ends_on", OLD."wanted_starts_on"); RETURN NULL;', hash='7cbd9aa853508e423325c5452696c0f38f03a721', operation='DELETE', pgid='pgtrigger_delete_delete_6c217', table='operations_operation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='outcome_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_for_identification" IS DISTINCT FROM (NEW."asked_for_identification") OR OLD."call_handler_recognised" IS DISTINCT FROM (NEW."call_handler_recognised") OR OLD."challenged" IS DISTINCT FROM (NEW."challenged") OR OLD."contact_method" IS DISTINCT FROM (NEW."contact_method") OR OLD."contact_minutes" IS DISTINCT FROM (NEW."contact_minutes") OR OLD."correction_reason" IS DISTINCT FROM (NEW."correction_reason") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."incident_reference" IS DISTINCT FROM (NEW."incident_reference") OR OLD."logged_at" IS DISTINCT FROM (NEW."logged_at") OR OLD."logged_by_id" IS DISTINCT FROM (NEW."logged_by_id") OR OLD."makesafe_quoted" IS DISTINCT FROM (NEW."makesafe_quoted") OR OLD."materials_left" IS DISTINCT FROM (NEW."materials_left") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."officers_arrived_minutes" IS DISTINCT FROM (NEW."officers_arrived_minutes") OR OLD."officers_sent" IS DISTINCT FROM (NEW."officers_sent") OR OLD."police_contacted" IS DISTINCT FROM (NEW."police_contacted") OR OLD."refresher_accepted" IS DISTINCT FROM (NEW."refresher_accepted") OR OLD."refusal_ground" IS DISTINCT FROM (NEW."refusal_ground") OR OLD."revision" IS DISTINCT FROM (NEW."revision") OR OLD."room_refused" IS DISTINCT FROM (NEW."room_refused") OR OLD."signs_recognised" IS DISTINCT FROM (NEW."signs_recognised") OR OLD."staff_debriefed" IS DISTINCT FROM (NEW."staff_debriefed") OR OLD."submission" IS DISTINCT FROM (NEW."submission") OR OLD."verdict" IS DISTINCT FROM (NEW."verdict") OR OLD."verdict_rule" IS DISTINCT FROM (NEW."verdict_rule") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='42943fbca6aaef679944be11e5e958161db02960', operation='UPDATE', pgid='pgtrigger_outcome_never_changes_71d90', table='operations_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='outcome_is_of_a_visit_that_was_made', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM operations_visit\n                        WHERE id = NEW.visit_id AND (\n                            state IN ('under_way', 'completed')\n                            OR not_completed_reason = 'not_closed'\n                        )\n                    ) THEN\n                        RAISE EXCEPTION 'Only a visit under way or completed has an outcome.';\n                    END IF;\n                    IF NEW.revision IS DISTINCT FROM (\n                        SELECT coalesce(max(revision), 0) + 1\n                        FROM operations_outcome WHERE visit_id = NEW.visit_id\n                    ) THEN\n                        RAISE EXCEPTION 'Revisions of an outcome are numbered without a gap.';\n                    END IF;\n                    RETURN NEW;\n                ", hash='806a4b5a53509abcd7801d03aa5d21c4166d721d', operation='INSERT', pgid='pgtrigger_outcome_is_of_a_visit_that_was_made_44503', table='operations_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_outcomeevent" ("asked_for_identification", "call_handler_recognised", "challenged", "contact_method", "contact_minutes", "correction_reason", "id", "incident_reference", "logged_at", "logged_by_id", "makesafe_quoted", "materials_left", "notes", "officers_arrived_minutes", "officers_sent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police_contacted", "refresher_accepted", "refusal_ground", "revision", "room_refused", "signs_recognised", "staff_debriefed", "verdict", "verdict_rule", "visit_id") VALUES (NEW."asked_for_identification", NEW."call_handler_recognised", NEW."challenged", NEW."contact_method", NEW."contact_minutes", NEW."correction_reason", NEW."id", NEW."incident_reference", NEW."logged_at", NEW."logged_by_id", NEW."makesafe_quoted", NEW."materials_left", NEW."notes", NEW."officers_arrived_minutes", NEW."officers_sent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."police_contacted", NEW."refresher_accepted", NEW."refusal_ground", NEW."revision", NEW."room_refused", NEW."signs_recognised", NEW."staff_debriefed", NEW."verdict", NEW."verdict_rule", NEW."visit_id"); RETURN NULL;', hash='7ec96b2c5cb75eb3d775d2abb23325ebe9abebb9', operation='INSERT', pgid='pgtrigger_insert_insert_372de', table='operations_outcome', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_for_identification" IS DISTINCT FROM (NEW."asked_for_identification") OR OLD."call_handler_recognised" IS DISTINCT FROM (NEW."call_handler_recognised") OR OLD."challenged" IS DISTINCT FROM (NEW."challenged") OR OLD."contact_method" IS DISTINCT FROM (NEW."contact_method") OR OLD."contact_minutes" IS DISTINCT FROM (NEW."contact_minutes") OR OLD."correction_reason" IS DISTINCT FROM (NEW."correction_reason") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."incident_reference" IS DISTINCT FROM (NEW."incident_reference") OR OLD."logged_at" IS DISTINCT FROM (NEW."logged_at") OR OLD."logged_by_id" IS DISTINCT FROM (NEW."logged_by_id") OR OLD."makesafe_quoted" IS DISTINCT FROM (NEW."makesafe_quoted") OR OLD."materials_left" IS DISTINCT FROM (NEW."materials_left") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."officers_arrived_minutes" IS DISTINCT FROM (NEW."officers_arrived_minutes") OR OLD."officers_sent" IS DISTINCT FROM (NEW."officers_sent") OR OLD."police_contacted" IS DISTINCT FROM (NEW."police_contacted") OR OLD."refresher_accepted" IS DISTINCT FROM (NEW."refresher_accepted") OR OLD."refusal_ground" IS DISTINCT FROM (NEW."refusal_ground") OR OLD."revision" IS DISTINCT FROM (NEW."revision") OR OLD."room_refused" IS DISTINCT FROM (NEW."room_refused") OR OLD."signs_recognised" IS DISTINCT FROM (NEW."signs_recognised") OR OLD."staff_debriefed" IS DISTINCT FROM (NEW."staff_debriefed") OR OLD."verdict" IS DISTINCT FROM (NEW."verdict") OR OLD."verdict_rule" IS DISTINCT FROM (NEW."verdict_rule") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id"))', func='INSERT INTO "operations_outcomeevent" ("asked_for_identification", "call_handler_recognised", "challenged", "contact_method", "contact_minutes", "correction_reason", "id", "incident_reference", "logged_at", "logged_by_id", "makesafe_quoted", "materials_left", "notes", "officers_arrived_minutes", "officers_sent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police_contacted", "refresher_accepted", "refusal_ground", "revision", "room_refused", "signs_recognised", "staff_debriefed", "verdict", "verdict_rule", "visit_id") VALUES (NEW."asked_for_identification", NEW."call_handler_recognised", NEW."challenged", NEW."contact_method", NEW."contact_minutes", NEW."correction_reason", NEW."id", NEW."incident_reference", NEW."logged_at", NEW."logged_by_id", NEW."makesafe_quoted", NEW."materials_left", NEW."notes", NEW."officers_arrived_minutes", NEW."officers_sent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."police_contacted", NEW."refresher_accepted", NEW."refusal_ground", NEW."revision", NEW."room_refused", NEW."signs_recognised", NEW."staff_debriefed", NEW."verdict", NEW."verdict_rule", NEW."visit_id"); RETURN NULL;', hash='8279482ee14807e5eb89a50573545ca57621b71b', operation='UPDATE', pgid='pgtrigger_update_update_1a2e6', table='operations_outcome', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_outcomeevent" ("asked_for_identification", "call_handler_recognised", "challenged", "contact_method", "contact_minutes", "correction_reason", "id", "incident_reference", "logged_at", "logged_by_id", "makesafe_quoted", "materials_left", "notes", "officers_arrived_minutes", "officers_sent", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "police_contacted", "refresher_accepted", "refusal_ground", "revision", "room_refused", "signs_recognised", "staff_debriefed", "verdict", "verdict_rule", "visit_id") VALUES (OLD."asked_for_identification", OLD."call_handler_recognised", OLD."challenged", OLD."contact_method", OLD."contact_minutes", OLD."correction_reason", OLD."id", OLD."incident_reference", OLD."logged_at", OLD."logged_by_id", OLD."makesafe_quoted", OLD."materials_left", OLD."notes", OLD."officers_arrived_minutes", OLD."officers_sent", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."police_contacted", OLD."refresher_accepted", OLD."refusal_ground", OLD."revision", OLD."room_refused", OLD."signs_recognised", OLD."staff_debriefed", OLD."verdict", OLD."verdict_rule", OLD."visit_id"); RETURN NULL;', hash='84c963d508566638c094425bd85618331424a9fc', operation='DELETE', pgid='pgtrigger_delete_delete_d5c43', table='operations_outcome', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenario',
            trigger=pgtrigger.compiler.Trigger(name='scenario_version_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5c249c9ae4a8e63b24d27ab7cef3db0bc0e3feb6', operation='UPDATE', pgid='pgtrigger_scenario_version_never_changes_7ef20', table='operations_scenario', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenario',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_scenarioevent" ("created_at", "created_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "script", "title") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."script", NEW."title"); RETURN NULL;', hash='654b448b8d0ba134ca755ad6da8d23979f0c3f99', operation='INSERT', pgid='pgtrigger_insert_insert_13bf1', table='operations_scenario', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenario',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."script" IS DISTINCT FROM (NEW."script") OR OLD."title" IS DISTINCT FROM (NEW."title"))', func='INSERT INTO "operations_scenarioevent" ("created_at", "created_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "script", "title") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."script", NEW."title"); RETURN NULL;', hash='fe9bc844c0e29ea00605ca08e4f81d6890b9618b', operation='UPDATE', pgid='pgtrigger_update_update_4b842', table='operations_scenario', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scenario',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "operations_scenarioevent" ("created_at", "created_by_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "script", "title") VALUES (OLD."created_at", OLD."created_by_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."script", OLD."title"); RETURN NULL;', hash='ad6cc0d01b31b8ae83d7018ff641042d37486dfb', operation='DELETE', pgid='pgtrigger_delete_delete_b9e2b', table='operations_scenario', when='AFTER')),
        ),
        migrations.CreateModel(
            name='AuthorityWithVisits',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('venues.localauthority',),
        ),
        migrations.CreateModel(
            name='VenueWithVisits',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('venues.venue',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_lies_in_the_command_unit_of_its_visit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND ROW(NEW.visit_id, NEW.command_unit_id)\n                IS NOT DISTINCT FROM ROW(OLD.visit_id, OLD.command_unit_id) THEN\n                RETURN NEW;\n            END IF;\n            PERFORM 1 FROM operations_visit WHERE id = NEW.visit_id FOR SHARE;\n            NEW.command_unit_id := (SELECT command_unit_id FROM operations_visit WHERE id = NEW.visit_id);\n            RETURN NEW;\n        ", hash='ac31abd928402cfb36a6888a73ef8a57539eb632', operation='INSERT OR UPDATE OF "visit_id", "command_unit_id"', pgid='pgtrigger_follow_up_lies_in_the_command_unit_of_its_visit_cfce4', table='operations_followup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationvenue',
            trigger=pgtrigger.compiler.Trigger(name='chosen_venue_lies_in_its_command_unit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND ROW(NEW.venue_id, NEW.command_unit_id)\n                IS NOT DISTINCT FROM ROW(OLD.venue_id, OLD.command_unit_id) THEN\n                RETURN NEW;\n            END IF;\n            PERFORM 1 FROM venues_venue WHERE id = NEW.venue_id FOR SHARE;\n            NEW.command_unit_id := (\n        SELECT authority.command_unit_id FROM venues_venue venue\n        JOIN venues_localauthority authority ON authority.id = venue.local_authority_id\n        WHERE venue.id = NEW.venue_id\n    );\n            RETURN NEW;\n        ", hash='cbfa4d9763cac543fb307c870a3f6ab640777451', operation='INSERT OR UPDATE OF "venue_id", "command_unit_id"', pgid='pgtrigger_chosen_venue_lies_in_its_command_unit_81f68', table='operations_operationvenue', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='outcome_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='216a4d23f924a0df8079db4255976699ef908643', operation='DELETE', pgid='pgtrigger_outcome_is_never_deleted_09ed6', table='operations_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='outcome_lies_in_the_command_unit_of_its_visit', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND ROW(NEW.visit_id, NEW.command_unit_id)\n                IS NOT DISTINCT FROM ROW(OLD.visit_id, OLD.command_unit_id) THEN\n                RETURN NEW;\n            END IF;\n            PERFORM 1 FROM operations_visit WHERE id = NEW.visit_id FOR SHARE;\n            NEW.command_unit_id := (SELECT command_unit_id FROM operations_visit WHERE id = NEW.visit_id);\n            RETURN NEW;\n        ", hash='edb58355532ae2c8a2fd1ea0a5c1177bfed76473', operation='INSERT OR UPDATE OF "visit_id", "command_unit_id"', pgid='pgtrigger_outcome_lies_in_the_command_unit_of_its_visit_40775', table='operations_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='teammember',
            trigger=pgtrigger.compiler.Trigger(name='team_member_says_when_and_where_the_visit_is', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    SELECT\n                        CASE\n                            WHEN state = 'cancelled' THEN NULL\n                            WHEN ended_at > starts_at\n                                THEN tstzrange(starts_at, least(ends_at, ended_at))\n                            WHEN ended_at IS NOT NULL THEN NULL\n                            ELSE tstzrange(starts_at, ends_at)\n                        END,\n                        state IN ('completed', 'not_completed'),\n                        command_unit_id\n                    INTO NEW.period, NEW.visit_is_over, NEW.command_unit_id\n                    FROM operations_visit WHERE id = NEW.visit_id FOR SHARE;\n                    RETURN NEW;\n                ", hash='7c2e45fe473dd8fc66915b728c2eaa5645ede832', operation='INSERT OR UPDATE', pgid='pgtrigger_team_member_says_when_and_where_the_visit_is_b671c', table='operations_teammember', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_lies_in_the_command_unit_of_its_venue', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND ROW(NEW.venue_id, NEW.command_unit_id)\n                IS NOT DISTINCT FROM ROW(OLD.venue_id, OLD.command_unit_id) THEN\n                RETURN NEW;\n            END IF;\n            PERFORM 1 FROM venues_venue WHERE id = NEW.venue_id FOR SHARE;\n            NEW.command_unit_id := (\n        SELECT authority.command_unit_id FROM venues_venue venue\n        JOIN venues_localauthority authority ON authority.id = venue.local_authority_id\n        WHERE venue.id = NEW.venue_id\n    );\n            RETURN NEW;\n        ", hash='306c8c67903b15371d10d54cbdd4be51502b91ab', operation='INSERT OR UPDATE OF "venue_id", "command_unit_id"', pgid='pgtrigger_visit_lies_in_the_command_unit_of_its_venue_ab1f7', table='operations_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='visit_tells_its_command_unit', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.command_unit_id IS DISTINCT FROM NEW.command_unit_id)', func='\n                    UPDATE operations_teammember SET command_unit_id = NEW.command_unit_id\n                    WHERE visit_id = NEW.id;\n                    UPDATE operations_outcome SET command_unit_id = NEW.command_unit_id\n                    WHERE visit_id = NEW.id;\n                    UPDATE operations_followup SET command_unit_id = NEW.command_unit_id\n                    WHERE visit_id = NEW.id;\n                    RETURN NULL;\n                ', hash='545dd8f24b87934ef5219e21aab49cacfd3f63a7', operation='UPDATE', pgid='pgtrigger_visit_tells_its_command_unit_8d4fe', table='operations_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='authoritywithvisits',
            trigger=pgtrigger.compiler.Trigger(name='authority_tells_its_visits_the_command_unit', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.command_unit_id IS DISTINCT FROM NEW.command_unit_id)', func='\n                    PERFORM 1 FROM venues_venue WHERE local_authority_id = NEW.id\n                    ORDER BY id FOR NO KEY UPDATE;\n                    \n        UPDATE operations_visit told SET command_unit_id = NEW.command_unit_id FROM venues_venue venue\n        WHERE venue.id = told.venue_id AND venue.local_authority_id = NEW.id\n        AND told.command_unit_id IS DISTINCT FROM NEW.command_unit_id;\n        \n        UPDATE operations_operationvenue told SET command_unit_id = NEW.command_unit_id FROM venues_venue venue\n        WHERE venue.id = told.venue_id AND venue.local_authority_id = NEW.id\n        AND told.command_unit_id IS DISTINCT FROM NEW.command_unit_id;\n        \n                    RETURN NULL;\n                ', hash='6c67a21f872c82966c27951234a7b261332a3f01', operation='UPDATE', pgid='pgtrigger_authority_tells_its_visits_the_command_unit_adae7', table='venues_localauthority', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuewithvisits',
            trigger=pgtrigger.compiler.Trigger(name='venue_tells_its_visits_the_command_unit', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.local_authority_id IS DISTINCT FROM NEW.local_authority_id)', declare='DECLARE unit bigint;', func='\n                    SELECT command_unit_id INTO unit\n                    FROM venues_localauthority WHERE id = NEW.local_authority_id FOR SHARE;\n                    \n        UPDATE operations_visit told SET command_unit_id = unit FROM venues_venue venue\n        WHERE venue.id = told.venue_id AND venue.id = NEW.id\n        AND told.command_unit_id IS DISTINCT FROM unit;\n        \n        UPDATE operations_operationvenue told SET command_unit_id = unit FROM venues_venue venue\n        WHERE venue.id = told.venue_id AND venue.id = NEW.id\n        AND told.command_unit_id IS DISTINCT FROM unit;\n        \n                    RETURN NULL;\n                ', hash='dbbd679ce568270b71f72ab42c95080a37b0893c', operation='UPDATE', pgid='pgtrigger_venue_tells_its_visits_the_command_unit_0843b', table='venues_venue', when='AFTER')),
        ),
        migrations.CreateModel(
            name='OperationWithReads',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('operations.operation',),
        ),
        migrations.CreateModel(
            name='ReadOfVisits',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.accessentry',),
        ),
        migrations.CreateModel(
            name='VisitWithReads',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('operations.visit',),
        ),
        migrations.CreateModel(
            name='CovertRead',
            fields=[
                ('pk', models.CompositePrimaryKey('what', 'key', 'request', blank=True, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('operations.visit', 'visit'), ('operations.operationvenue', 'chosen venue')], max_length=60)),
                ('key', models.BigIntegerField(help_text="The record's.")),
                ('request', models.UUIDField()),
                ('last_day', accounts.database.model_fields.DayField(help_text='Of the operation. A visit is covert until it is over.', null=True)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(models.F('request'), name='covert_read_by_request')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationwithreads',
            trigger=pgtrigger.compiler.Trigger(name='reads_are_covert_until_the_last_day', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.ends_on <> NEW.ends_on)', func="\n                    INSERT INTO operations_covertread (what, key, request, last_day)\n                    SELECT DISTINCT read.what, chosen.pgh_obj_id, read.request, NEW.ends_on\n                    FROM operations_operationvenueevent chosen\n                    JOIN accounts_accessentry read ON read.ids @> ARRAY[chosen.pgh_obj_id]\n                    WHERE chosen.operation_id = NEW.id AND read.what = 'operations.operationvenue'\n                    ON CONFLICT (what, key, request) DO UPDATE SET last_day = excluded.last_day;\n                    RETURN NULL;\n                ", hash='a126ac38b630b9e62d0a055fc4fa5080bae112e0', operation='UPDATE', pgid='pgtrigger_reads_are_covert_until_the_last_day_f4e49', table='operations_operation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readofvisits',
            trigger=pgtrigger.compiler.Trigger(name='read_of_a_visit_is_covert', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.what IN ('operations.visit', 'operations.operationvenue'))", func="\n                    IF NEW.what = 'operations.visit' THEN\n                        INSERT INTO operations_covertread (what, key, request)\n                        SELECT NEW.what, id, NEW.request FROM operations_visit\n                        WHERE id = ANY (NEW.ids) AND state IN ('planned', 'under_way')\n                        ON CONFLICT DO NOTHING;\n                    ELSE\n                        INSERT INTO operations_covertread (what, key, request, last_day)\n                        SELECT NEW.what, chosen.id, NEW.request, operation.ends_on\n                        FROM operations_operationvenue chosen\n                        JOIN operations_operation operation ON operation.id = chosen.operation_id\n                        WHERE chosen.id = ANY (NEW.ids) AND operation.ends_on >= ((now() AT TIME ZONE 'Europe/London') - interval '6 hours')::date\n                        ON CONFLICT DO NOTHING;\n                    END IF;\n                    RETURN NULL;\n                ", hash='634abf3fa755a101c7a901d332eca4536493cde7', operation='INSERT', pgid='pgtrigger_read_of_a_visit_is_covert_d3921', table='accounts_accessentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitwithreads',
            trigger=pgtrigger.compiler.Trigger(name='visit_tells_its_reads', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (ROW(OLD.state IN ('planned', 'under_way')) IS DISTINCT FROM ROW(NEW.state IN ('planned', 'under_way')))", func="\n                    IF NEW.state IN ('planned', 'under_way') THEN\n                        INSERT INTO operations_covertread (what, key, request)\n                        SELECT DISTINCT what, NEW.id, request FROM accounts_accessentry\n                        WHERE ids @> ARRAY[NEW.id] AND what = 'operations.visit'\n                        ON CONFLICT DO NOTHING;\n                    ELSE\n                        DELETE FROM operations_covertread WHERE what = 'operations.visit' AND key = NEW.id;\n                    END IF;\n                    RETURN NULL;\n                ", hash='0009222a38c0fd2de2c6ae4628caf9b2419ef0f9', operation='UPDATE', pgid='pgtrigger_visit_tells_its_reads_7137c', table='operations_visit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visitwithreads',
            trigger=pgtrigger.compiler.Trigger(name='reads_of_a_removed_visit_are_not_covert', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    DELETE FROM operations_covertread WHERE what = 'operations.visit' AND key = OLD.id;\n                    RETURN NULL;\n                ", hash='096946ec32e8243b4b3e6164eda7b988fac71d0e', operation='DELETE', pgid='pgtrigger_reads_of_a_removed_visit_are_not_covert_062a9', table='operations_visit', when='AFTER')),
        ),
        migrations.CreateModel(
            name='Figure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('command_unit', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='venues.commandunit')),
                ('month', models.DateField(editable=False, help_text='Its first day, or that of the year.')),
                ('whole_year', models.BooleanField(editable=False)),
                ('scenario', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='operations.scenario')),
                ('selection', models.CharField(choices=[('random', 'Drawn by chance'), ('random_part', 'Drawn by chance from a part'), ('priority', 'Priority'), ('intelligence', 'Intelligence-led')], editable=False, max_length=12)),
                ('way', models.CharField(choices=[('operation', 'Operation and draw'), ('training', 'Training before the day of the visit'), ('kind', 'Kind of venue'), ('group', 'Venue group'), ('reason', 'Why they were not completed')], editable=False, max_length=10)),
                ('operation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='operations.operation')),
                ('draw', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='operations.draw')),
                ('taken_out', models.IntegerField(editable=False, null=True)),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='venues.venuegroup')),
                ('name', models.CharField(editable=False, help_text='The training state, kind or reason.', max_length=20)),
                ('training_days', models.IntegerField(editable=False, help_text='How long training was current by the settings.', null=True)),
                ('finished', models.IntegerField(editable=False)),
                ('completed', models.IntegerField(editable=False)),
                ('well', models.IntegerField(editable=False, help_text='Responded well.')),
                ('eligible', models.IntegerField(editable=False, help_text='Not completed, but could have been.')),
                ('challenged', models.IntegerField(editable=False, null=True)),
                ('asked_for_identification', models.IntegerField(editable=False, null=True)),
                ('signs_recognised', models.IntegerField(editable=False, null=True)),
                ('refused_for_signs', models.IntegerField(editable=False, null=True)),
                ('police_contacted', models.IntegerField(editable=False, null=True)),
                ('called', models.IntegerField(editable=False, help_text='999 or 101.', null=True)),
                ('makesafe_known', models.IntegerField(editable=False, null=True)),
                ('makesafe_quoted', models.IntegerField(editable=False, null=True)),
                ('handler_known', models.IntegerField(editable=False, null=True)),
                ('handler_recognised', models.IntegerField(editable=False, null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Uncounted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('command_unit', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='venues.commandunit')),
                ('month', models.DateField(editable=False, null=True)),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='venues.venue')),
                ('after', models.DateField(editable=False, help_text='Visits of the venue until this day stay as they were.', null=True)),
                ('operation', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='operations.operation')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CountedChoice',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('operations.operationvenue',),
        ),
        migrations.CreateModel(
            name='CountedTraining',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('venues.trainingsession',),
        ),
        migrations.CreateModel(
            name='CountedVenue',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('venues.venue',),
        ),
        migrations.CreateModel(
            name='CountedVisit',
            fields=[
            ],
            options={
                'proxy': True,
                'default_permissions': (),
                'indexes': [],
                'constraints': [],
            },
            bases=('operations.visit',),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(models.F('command_unit'), models.F('started_at'), condition=models.Q(('state__in', ['completed', 'not_completed'])), name='finished_visit_of_unit'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countedchoice',
            trigger=pgtrigger.compiler.Trigger(name='visits_are_counted_by_what_they_were_drawn_from', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'UPDATE'\n                        AND NOT ((ROW(OLD.operation_id, OLD.venue_id, OLD.draw_id) IS DISTINCT FROM ROW(NEW.operation_id, NEW.venue_id, NEW.draw_id))) THEN\n                        RETURN NULL;\n                    END IF;\n                    IF TG_OP <> 'INSERT' AND OLD.draw_id IS NOT NULL THEN\n                        INSERT INTO operations_uncounted (operation_id) VALUES (OLD.operation_id);\n                    END IF;\n                    IF TG_OP <> 'DELETE' AND NEW.draw_id IS NOT NULL THEN\n                        INSERT INTO operations_uncounted (operation_id) VALUES (NEW.operation_id);\n                    END IF;\n                    RETURN NULL;\n                ", hash='43e30674d473dbf8fd92550b3023d9154042fe20', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_visits_are_counted_by_what_they_were_drawn_from_76bcc', table='operations_operationvenue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countedtraining',
            trigger=pgtrigger.compiler.Trigger(name='visits_are_counted_by_the_training_before_them', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'UPDATE' AND NOT ((ROW(OLD.venue_id, OLD.held_on) IS DISTINCT FROM ROW(NEW.venue_id, NEW.held_on))) THEN\n                        RETURN NULL;\n                    END IF;\n                    IF TG_OP <> 'INSERT' THEN\n                        INSERT INTO operations_uncounted (venue_id, after)\n                        VALUES (OLD.venue_id, OLD.held_on);\n                    END IF;\n                    IF TG_OP <> 'DELETE' THEN\n                        INSERT INTO operations_uncounted (venue_id, after)\n                        VALUES (NEW.venue_id, NEW.held_on);\n                    END IF;\n                    RETURN NULL;\n                ", hash='ffae7420c6cdf28d034a3b2e77bf242473c71166', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_visits_are_counted_by_the_training_before_them_7192d', table='venues_trainingsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countedvenue',
            trigger=pgtrigger.compiler.Trigger(name='visits_are_counted_as_the_venue_is', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (ROW(OLD.group_id, OLD.kind) IS DISTINCT FROM ROW(NEW.group_id, NEW.kind))', func='INSERT INTO operations_uncounted (venue_id) VALUES (NEW.id); RETURN NULL;', hash='386468654d2cfc8c33e5cbad222482aa59263ddc', operation='UPDATE', pgid='pgtrigger_visits_are_counted_as_the_venue_is_e6dba', table='venues_venue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='countedvisit',
            trigger=pgtrigger.compiler.Trigger(name='visit_that_is_over_is_counted', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN ((OLD.state IN ('completed', 'not_completed') OR NEW.state IN ('completed', 'not_completed')) AND (ROW(OLD.state, OLD.outcome_id, OLD.not_completed_reason, OLD.venue_id, OLD.started_at, OLD.command_unit_id, OLD.operation_id, OLD.selection) IS DISTINCT FROM ROW(NEW.state, NEW.outcome_id, NEW.not_completed_reason, NEW.venue_id, NEW.started_at, NEW.command_unit_id, NEW.operation_id, NEW.selection)))", func="\n                    INSERT INTO operations_uncounted (command_unit_id, month)\n                    SELECT DISTINCT unit, date_trunc('month', (started_at AT TIME ZONE 'Europe/London') - interval '6 hours')::date FROM (VALUES\n                        (OLD.command_unit_id, OLD.started_at, OLD.state),\n                        (NEW.command_unit_id, NEW.started_at, NEW.state)\n                    ) was_and_is (unit, started_at, state) WHERE state IN ('completed', 'not_completed');\n                    RETURN NULL;\n                ", hash='b0227a59a0bf267f5a100a2fac263cdc1020b793', operation='UPDATE', pgid='pgtrigger_visit_that_is_over_is_counted_0dd95', table='operations_visit', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='figure',
            index=models.Index(models.F('command_unit'), models.F('month'), name='figure_of_cell'),
        ),
        migrations.AddIndex(
            model_name='figure',
            index=models.Index(models.F('way'), models.F('whole_year'), models.F('scenario'), models.F('month'), name='figure_to_add_up'),
        ),
    ]
