
import accounts.database.model_fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import venues.registry.names_in_sql
from django.conf import settings
from django.db import migrations, models

from venues.registry.search import DROP_FUNCTIONS, MAKE_FUNCTIONS


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('venues', '0001_extensions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Force',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
            ],
            options={
                'ordering': [venues.registry.names_in_sql.NormalName('name')],
                'constraints': [models.UniqueConstraint(venues.registry.names_in_sql.NormalName('name'), name='force_name_is_unique', violation_error_message='There is already a force of this name.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='force',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_forceevent" ("id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id"); RETURN NULL;', hash='ba91aa0153da9be901c73286e9f7e50e8807f99c', operation='INSERT', pgid='pgtrigger_insert_insert_a50b7', table='venues_force', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='force',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "venues_forceevent" ("id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id"); RETURN NULL;', hash='1410240989dce670253f6dda7ee7aeef690a428d', operation='UPDATE', pgid='pgtrigger_update_update_53101', table='venues_force', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='force',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_forceevent" ("id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id"); RETURN NULL;', hash='a2820470747a5fdf26e49f5713102878b99e11a7', operation='DELETE', pgid='pgtrigger_delete_delete_7d627', table='venues_force', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ForceEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.force')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='force_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='force_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7d4b6ab1ab61b26c7f533ebb37e2cc918598ff03', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_68c50', table='venues_forceevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='CommandUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', accounts.database.model_fields.LineField(max_length=20)),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('mailbox', accounts.database.model_fields.EmailLineField(blank=True, help_text='Read by somebody at any time: replies from venues go here where the person who answers for them has left.', max_length=254)),
                ('members', models.ManyToManyField(blank=True, help_text='People who work for this command unit.', related_name='command_units', to=settings.AUTH_USER_MODEL)),
                ('force', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='command_units', to='venues.force')),
            ],
            options={
                'ordering': [venues.registry.names_in_sql.NormalName('name')],
                'constraints': [models.UniqueConstraint(models.F('force'), django.db.models.functions.text.Lower('code'), name='unit_code_is_unique_in_force', violation_error_message='Another command unit of this force already has this code.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_commandunitevent" ("code", "force_id", "id", "mailbox", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."force_id", NEW."id", NEW."mailbox", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id"); RETURN NULL;', hash='26e8d6741fb3d8865c70ae02e8c7457de2d64d93', operation='INSERT', pgid='pgtrigger_insert_insert_d5d6a', table='venues_commandunit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "venues_commandunitevent" ("code", "force_id", "id", "mailbox", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."code", NEW."force_id", NEW."id", NEW."mailbox", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id"); RETURN NULL;', hash='77fbf653cec6d0e667889f5dc659dc0adaa594ff', operation='UPDATE', pgid='pgtrigger_update_update_0412b', table='venues_commandunit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_commandunitevent" ("code", "force_id", "id", "mailbox", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."force_id", OLD."id", OLD."mailbox", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id"); RETURN NULL;', hash='8447bdc0bb49a921a664136eee4b4a393cd668be', operation='DELETE', pgid='pgtrigger_delete_delete_31717', table='venues_commandunit', when='AFTER')),
        ),
        migrations.CreateModel(
            name='LocalAuthority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('gss_code', accounts.database.model_fields.LineField(blank=True, help_text='Like E09000007.', max_length=9, null=True, unique=True, verbose_name='ONS code')),
                ('fhrs_code', accounts.database.model_fields.LineField(blank=True, help_text="The Food Standards Agency's code in its open data, like 506.", max_length=10, null=True, unique=True, verbose_name='food hygiene code')),
                ('extract_date', accounts.database.model_fields.DayField(blank=True, help_text='Of the newest file that was imported. An older one is refused.', null=True, verbose_name='date of its food hygiene data')),
                ('boundary', models.JSONField(blank=True, help_text='A GeoJSON Polygon or MultiPolygon in WGS84.', null=True)),
                ('command_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='local_authorities', to='venues.commandunit')),
            ],
            options={
                'verbose_name_plural': 'local authorities',
                'ordering': [venues.registry.names_in_sql.NormalName('name')],
                'constraints': [models.UniqueConstraint(venues.registry.names_in_sql.NormalName('name'), name='authority_name_is_unique', violation_error_message='There is already a local authority of this name.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localauthority',
            trigger=pgtrigger.compiler.Trigger(name='whole_force_changes_command_unit_id', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF nullif(current_setting('makesafe.user', true), '')::bigint IS NOT NULL\n                AND NEW.command_unit_id IS DISTINCT FROM (\n                    CASE TG_OP WHEN 'UPDATE' THEN OLD.command_unit_id END\n                )\n                AND NOT EXISTS (SELECT FROM accounts_user WHERE id = nullif(current_setting('makesafe.user', true), '')::bigint AND whole_force)\n            THEN\n                RAISE EXCEPTION 'User % does not see the whole force', nullif(current_setting('makesafe.user', true), '')::bigint\n                    USING ERRCODE = 'check_violation',\n                    CONSTRAINT = 'whole_force_changes_command_unit_id';\n            END IF;\n            RETURN NEW;\n        ", hash='d94564d6d7dd6e4dd60cbf1911eabcf1299b5a61', operation='INSERT OR UPDATE', pgid='pgtrigger_whole_force_changes_command_unit_id_d70be', table='venues_localauthority', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localauthority',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_localauthorityevent" ("command_unit_id", "extract_date", "fhrs_code", "gss_code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."command_unit_id", NEW."extract_date", NEW."fhrs_code", NEW."gss_code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id"); RETURN NULL;', hash='cd069bb95d7457733a074f4be7ed7e8f11483248', operation='INSERT', pgid='pgtrigger_insert_insert_dd4bf', table='venues_localauthority', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localauthority',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."command_unit_id" IS DISTINCT FROM (NEW."command_unit_id") OR OLD."extract_date" IS DISTINCT FROM (NEW."extract_date") OR OLD."fhrs_code" IS DISTINCT FROM (NEW."fhrs_code") OR OLD."gss_code" IS DISTINCT FROM (NEW."gss_code") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name"))', func='INSERT INTO "venues_localauthorityevent" ("command_unit_id", "extract_date", "fhrs_code", "gss_code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."command_unit_id", NEW."extract_date", NEW."fhrs_code", NEW."gss_code", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id"); RETURN NULL;', hash='855cc35f0c17f5ab4dc908e1a96a956e08afeabd', operation='UPDATE', pgid='pgtrigger_update_update_8c26a', table='venues_localauthority', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localauthority',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_localauthorityevent" ("command_unit_id", "extract_date", "fhrs_code", "gss_code", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."command_unit_id", OLD."extract_date", OLD."fhrs_code", OLD."gss_code", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id"); RETURN NULL;', hash='a51d4368f41c37cf79091e1637f2bacb76d22dcd', operation='DELETE', pgid='pgtrigger_delete_delete_f058c', table='venues_localauthority', when='AFTER')),
        ),
        migrations.CreateModel(
            name='VenueGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('normal_name', models.GeneratedField(db_persist=True, expression=venues.registry.names_in_sql.NormalName('name'), output_field=models.TextField(db_collation='C'))),
            ],
            options={
                'ordering': ['normal_name'],
                'constraints': [models.UniqueConstraint(venues.registry.names_in_sql.NormalName('name'), name='group_name_is_unique', violation_error_message='There is already a group of this name.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuegroup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_venuegroupevent" ("id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id"); RETURN NULL;', hash='f397014c48f4b15d61ae5f20bb848756cb35d766', operation='INSERT', pgid='pgtrigger_insert_insert_9210d', table='venues_venuegroup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuegroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name"))', func='INSERT INTO "venues_venuegroupevent" ("id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id"); RETURN NULL;', hash='b1d8c3b73ce6ac08694525fc84c12f14109db81a', operation='UPDATE', pgid='pgtrigger_update_update_c67ab', table='venues_venuegroup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuegroup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_venuegroupevent" ("id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id"); RETURN NULL;', hash='f9645ca8e7f877b33f0990042f6784e4c659f473', operation='DELETE', pgid='pgtrigger_delete_delete_a4530', table='venues_venuegroup', when='AFTER')),
        ),
        migrations.CreateModel(
            name='Venue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', accounts.database.model_fields.LineField(max_length=200)),
                ('normal_name', models.GeneratedField(db_persist=True, expression=venues.registry.names_in_sql.NormalName('name'), output_field=models.TextField(db_collation='C'))),
                ('kind', models.CharField(choices=[('hotel', 'Hotel'), ('guest_house', 'Guest house or B&B'), ('hostel', 'Hostel'), ('serviced_apartment', 'Serviced apartment'), ('halls', 'Halls of residence'), ('other', 'Other'), ('unknown', 'Not known yet')], default='unknown', max_length=20)),
                ('address', accounts.database.model_fields.LinesField(blank=True, help_text='One line for each part, without the postcode.', max_length=400)),
                ('postcode', accounts.database.model_fields.LineField(blank=True, max_length=10)),
                ('squeezed_postcode', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Replace(models.F('postcode'), models.Value(' '), models.Value('')), output_field=models.CharField(max_length=10))),
                ('squeezed_place', models.GeneratedField(db_persist=True, expression=venues.registry.names_in_sql.Squeezed('name', 'address', 'postcode'), output_field=models.TextField(db_collation='C'))),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)])),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)])),
                ('edited_by_hand', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, editable=False, help_text='Fields that an import no longer overwrites.', size=None)),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=2000)),
                ('last_trained_on', accounts.database.model_fields.DayField(editable=False, help_text='When the latest training session was held: kept by PostgreSQL.', null=True)),
                ('coverage', models.FloatField(editable=False, help_text='The share of the front-desk staff that attended it, 0 to 1: kept as well.', null=True)),
                ('closed_on', accounts.database.model_fields.DayField(blank=True, null=True)),
                ('closed_reason', accounts.database.model_fields.LineField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('local_authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='venues', to='venues.localauthority')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='venues.venue')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='venues', to='venues.venuegroup')),
            ],
            options={
                'ordering': ['normal_name', 'pk'],
                'permissions': [('import_venues', 'Can import venues from open data')],
                'indexes': [models.Index(models.F('squeezed_postcode'), name='venue_postcode'), models.Index(models.F('latitude'), models.F('longitude'), name='venue_point'), django.contrib.postgres.indexes.GinIndex(fields=['normal_name', 'squeezed_postcode', 'postcode'], name='venue_alike', opclasses=['gin_trgm_ops', 'gin_trgm_ops', 'gin_trgm_ops']), models.Index(condition=models.Q(('merged_into', None)), fields=['normal_name', 'id'], include=('closed_on', 'local_authority', 'last_trained_on', 'coverage'), name='venue_by_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='venue_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__isnull', False), ('longitude__range', (-180, 180))), _connector='OR'), name='venue_point_is_whole_and_on_earth', violation_error_message='Give both latitude and longitude, or neither.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_on', None), ('closed_reason', '')), models.Q(('closed_on__isnull', False), models.Q(('closed_reason', ''), _negated=True)), _connector='OR'), name='closed_venue_says_why', violation_error_message='Say why the venue closed.'), models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='venue_is_not_merged_into_itself')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='venue_has_the_latest_training_on_record', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    SELECT held_on, attended::float / front_desk_staff\n                    INTO NEW.last_trained_on, NEW.coverage\n                    FROM venues_trainingsession WHERE venue_id = NEW.id\n                    ORDER BY held_on DESC, id DESC LIMIT 1;\n                    RETURN NEW;\n                ', hash='5a5b93a4239650b97de0f353192e89c3fcdb5331', operation='INSERT OR UPDATE OF "last_trained_on", "coverage"', pgid='pgtrigger_venue_has_the_latest_training_on_record_6530c', table='venues_venue', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_venueevent" ("address", "closed_on", "closed_reason", "created_at", "edited_by_hand", "group_id", "id", "kind", "latitude", "local_authority_id", "longitude", "merged_into_id", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode") VALUES (NEW."address", NEW."closed_on", NEW."closed_reason", NEW."created_at", NEW."edited_by_hand", NEW."group_id", NEW."id", NEW."kind", NEW."latitude", NEW."local_authority_id", NEW."longitude", NEW."merged_into_id", NEW."name", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."postcode"); RETURN NULL;', hash='418b9a2ab7073db41c772add22657bd3e4000748', operation='INSERT', pgid='pgtrigger_insert_insert_33ce7', table='venues_venue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."closed_on" IS DISTINCT FROM (NEW."closed_on") OR OLD."closed_reason" IS DISTINCT FROM (NEW."closed_reason") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."edited_by_hand" IS DISTINCT FROM (NEW."edited_by_hand") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."local_authority_id" IS DISTINCT FROM (NEW."local_authority_id") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."postcode" IS DISTINCT FROM (NEW."postcode"))', func='INSERT INTO "venues_venueevent" ("address", "closed_on", "closed_reason", "created_at", "edited_by_hand", "group_id", "id", "kind", "latitude", "local_authority_id", "longitude", "merged_into_id", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode") VALUES (NEW."address", NEW."closed_on", NEW."closed_reason", NEW."created_at", NEW."edited_by_hand", NEW."group_id", NEW."id", NEW."kind", NEW."latitude", NEW."local_authority_id", NEW."longitude", NEW."merged_into_id", NEW."name", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."postcode"); RETURN NULL;', hash='6a7972bd1bdaf0890c834d76988762659d250066', operation='UPDATE', pgid='pgtrigger_update_update_05908', table='venues_venue', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venue',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_venueevent" ("address", "closed_on", "closed_reason", "created_at", "edited_by_hand", "group_id", "id", "kind", "latitude", "local_authority_id", "longitude", "merged_into_id", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode") VALUES (OLD."address", OLD."closed_on", OLD."closed_reason", OLD."created_at", OLD."edited_by_hand", OLD."group_id", OLD."id", OLD."kind", OLD."latitude", OLD."local_authority_id", OLD."longitude", OLD."merged_into_id", OLD."name", OLD."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."postcode"); RETURN NULL;', hash='c67102f8ce782eb201782915fb4dd075b26a8751', operation='DELETE', pgid='pgtrigger_delete_delete_85545', table='venues_venue', when='AFTER')),
        ),
        migrations.CreateModel(
            name='HygieneId',
            fields=[
                ('fhrsid', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='food hygiene id')),
                ('leads', models.BooleanField(default=True, verbose_name='leads imports')),
                ('known', models.JSONField(blank=True, default=dict, help_text='What its record said when somebody decided otherwise. It is news no more.')),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hygiene_ids', related_query_name='fhrsid', to='venues.venue')),
            ],
            options={
                'verbose_name': 'food hygiene id',
                'ordering': ['fhrsid'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('leads', True)), fields=('venue',), name='one_food_hygiene_id_leads_a_venue')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hygieneid',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_hygieneidevent" ("fhrsid", "known", "leads", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "venue_id") VALUES (NEW."fhrsid", NEW."known", NEW."leads", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."fhrsid", NEW."venue_id"); RETURN NULL;', hash='af095992dbc7b428f94f0489c879039fd08021a9', operation='INSERT', pgid='pgtrigger_insert_insert_136b6', table='venues_hygieneid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hygieneid',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "venues_hygieneidevent" ("fhrsid", "known", "leads", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "venue_id") VALUES (NEW."fhrsid", NEW."known", NEW."leads", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."fhrsid", NEW."venue_id"); RETURN NULL;', hash='57c432ea410ca15590ea45358a811eab1685db00', operation='UPDATE', pgid='pgtrigger_update_update_53850', table='venues_hygieneid', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hygieneid',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_hygieneidevent" ("fhrsid", "known", "leads", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "venue_id") VALUES (OLD."fhrsid", OLD."known", OLD."leads", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."fhrsid", OLD."venue_id"); RETURN NULL;', hash='2c048145c751c1931dd1501567995bf00f5ff720', operation='DELETE', pgid='pgtrigger_delete_delete_fb646', table='venues_hygieneid', when='AFTER')),
        ),
        migrations.CreateModel(
            name='HygieneIdEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('fhrsid', models.BigIntegerField(serialize=False, verbose_name='food hygiene id')),
                ('leads', models.BooleanField(default=True, verbose_name='leads imports')),
                ('known', models.JSONField(blank=True, default=dict, help_text='What its record said when somebody decided otherwise. It is news no more.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.hygieneid')),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='hygieneid_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='hygieneid_event_by'), models.Index(fields=['venue'], name='venues_hygi_venue_i_224b9c_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hygieneidevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='426c236b77433f285abaf06b0e72becbddc511a5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_21bb5', table='venues_hygieneidevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', accounts.database.model_fields.LineField(max_length=255)),
                ('extract_date', accounts.database.model_fields.DayField(help_text="As the file's header says.", null=True)),
                ('finished_at', models.DateTimeField(auto_now_add=True)),
                ('created', models.PositiveIntegerField()),
                ('changed', models.PositiveIntegerField()),
                ('unchanged', models.PositiveIntegerField()),
                ('missing', models.PositiveIntegerField(help_text='Known venues of its authorities not in it.')),
                ('differences', models.PositiveIntegerField(help_text='What the file says otherwise and a person has to decide.')),
                ('undecided_in', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, help_text='The local authorities of the differences that nobody has decided yet; 0 stands for one that is not known here.', size=None)),
                ('report', models.JSONField(default=dict, help_text='The venues behind the counts.')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-finished_at', '-pk'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importrun',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_importrunevent" ("changed", "created", "differences", "extract_date", "file_name", "finished_at", "id", "missing", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_by_id", "unchanged") VALUES (NEW."changed", NEW."created", NEW."differences", NEW."extract_date", NEW."file_name", NEW."finished_at", NEW."id", NEW."missing", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."started_by_id", NEW."unchanged"); RETURN NULL;', hash='952f3c4d3b07ebb09f4f3d183e1f43cfe522cf49', operation='INSERT', pgid='pgtrigger_insert_insert_98d2a', table='venues_importrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importrun',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."changed" IS DISTINCT FROM (NEW."changed") OR OLD."created" IS DISTINCT FROM (NEW."created") OR OLD."differences" IS DISTINCT FROM (NEW."differences") OR OLD."extract_date" IS DISTINCT FROM (NEW."extract_date") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."finished_at" IS DISTINCT FROM (NEW."finished_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."missing" IS DISTINCT FROM (NEW."missing") OR OLD."started_by_id" IS DISTINCT FROM (NEW."started_by_id") OR OLD."unchanged" IS DISTINCT FROM (NEW."unchanged"))', func='INSERT INTO "venues_importrunevent" ("changed", "created", "differences", "extract_date", "file_name", "finished_at", "id", "missing", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_by_id", "unchanged") VALUES (NEW."changed", NEW."created", NEW."differences", NEW."extract_date", NEW."file_name", NEW."finished_at", NEW."id", NEW."missing", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."started_by_id", NEW."unchanged"); RETURN NULL;', hash='cca47a8846f5bd3b9c3d024c7aaca2adada1959e', operation='UPDATE', pgid='pgtrigger_update_update_0b685', table='venues_importrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importrun',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_importrunevent" ("changed", "created", "differences", "extract_date", "file_name", "finished_at", "id", "missing", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "started_by_id", "unchanged") VALUES (OLD."changed", OLD."created", OLD."differences", OLD."extract_date", OLD."file_name", OLD."finished_at", OLD."id", OLD."missing", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."started_by_id", OLD."unchanged"); RETURN NULL;', hash='a9cd7da574af3764f7ad55b42e2af40c323cc1c3', operation='DELETE', pgid='pgtrigger_delete_delete_8735f', table='venues_importrun', when='AFTER')),
        ),
        migrations.CreateModel(
            name='ImportRunEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('file_name', accounts.database.model_fields.LineField(max_length=255)),
                ('extract_date', accounts.database.model_fields.DayField(help_text="As the file's header says.", null=True)),
                ('finished_at', models.DateTimeField(auto_now_add=True)),
                ('created', models.PositiveIntegerField()),
                ('changed', models.PositiveIntegerField()),
                ('unchanged', models.PositiveIntegerField()),
                ('missing', models.PositiveIntegerField(help_text='Known venues of its authorities not in it.')),
                ('differences', models.PositiveIntegerField(help_text='What the file says otherwise and a person has to decide.')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.importrun')),
                ('started_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='importrun_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='importrun_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importrunevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9b9afeec20e28ca873c9c630e246b1d80e6091da', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_40f34', table='venues_importrunevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='LocalAuthorityEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('gss_code', accounts.database.model_fields.LineField(blank=True, help_text='Like E09000007.', max_length=9, null=True, verbose_name='ONS code')),
                ('fhrs_code', accounts.database.model_fields.LineField(blank=True, help_text="The Food Standards Agency's code in its open data, like 506.", max_length=10, null=True, verbose_name='food hygiene code')),
                ('extract_date', accounts.database.model_fields.DayField(blank=True, help_text='Of the newest file that was imported. An older one is refused.', null=True, verbose_name='date of its food hygiene data')),
                ('command_unit', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.commandunit')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.localauthority')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='localauthority_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='localauthority_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='localauthorityevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='638bc3a4a953e5169fce1d10445acabab1dbe6d0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ae4dd', table='venues_localauthorityevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='TrainingSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('initial', 'Initial'), ('refresher', 'Refresher')], max_length=10)),
                ('held_on', accounts.database.model_fields.DayField(verbose_name='date held')),
                ('mode', models.CharField(choices=[('in_person', 'In person'), ('online', 'Live online'), ('self_study', 'Self-study pack')], max_length=12, verbose_name='how it was delivered')),
                ('delivered_by', accounts.database.model_fields.LineField(help_text='A team or a person.', max_length=120)),
                ('front_desk_staff', models.PositiveSmallIntegerField(help_text='How many people work at the front desk, all shifts together.', verbose_name='front-desk staff')),
                ('attended', models.PositiveSmallIntegerField(verbose_name='how many of them attended')),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=2000)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_sessions', to='venues.venue')),
            ],
            options={
                'ordering': ['-held_on', '-pk'],
                'indexes': [models.Index(fields=['venue', '-held_on'], name='latest_training_of_venue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('attended__lte', models.F('front_desk_staff'))), name='attendance_is_within_the_front_desk_staff', violation_error_message='More people attended than work at the front desk.'), models.CheckConstraint(condition=models.Q(('attended__gte', 1)), name='somebody_attended', violation_error_message='Enter how many attended: at least 1.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingsession',
            trigger=pgtrigger.compiler.Trigger(name='session_lets_its_venue_look_for_the_latest', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    UPDATE venues_venue SET last_trained_on = NULL\n                    WHERE id IN (OLD.venue_id, NEW.venue_id);\n                    RETURN NULL;\n                ', hash='596ff68366c825a057b297b0f346bdd71ad221e6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_session_lets_its_venue_look_for_the_latest_e7a4e', table='venues_trainingsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingsession',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_trainingsessionevent" ("attended", "delivered_by", "front_desk_staff", "held_on", "id", "kind", "mode", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "venue_id") VALUES (NEW."attended", NEW."delivered_by", NEW."front_desk_staff", NEW."held_on", NEW."id", NEW."kind", NEW."mode", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."venue_id"); RETURN NULL;', hash='efdb9d3b8810717dcfbadf569cc91bb9af08dec2', operation='INSERT', pgid='pgtrigger_insert_insert_e742e', table='venues_trainingsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingsession',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."attended" IS DISTINCT FROM (NEW."attended") OR OLD."delivered_by" IS DISTINCT FROM (NEW."delivered_by") OR OLD."front_desk_staff" IS DISTINCT FROM (NEW."front_desk_staff") OR OLD."held_on" IS DISTINCT FROM (NEW."held_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."venue_id" IS DISTINCT FROM (NEW."venue_id"))', func='INSERT INTO "venues_trainingsessionevent" ("attended", "delivered_by", "front_desk_staff", "held_on", "id", "kind", "mode", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "venue_id") VALUES (NEW."attended", NEW."delivered_by", NEW."front_desk_staff", NEW."held_on", NEW."id", NEW."kind", NEW."mode", NEW."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."venue_id"); RETURN NULL;', hash='5802a08fac0c68ba9cf4422737a9b9c9d2f8df3f', operation='UPDATE', pgid='pgtrigger_update_update_32310', table='venues_trainingsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingsession',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_trainingsessionevent" ("attended", "delivered_by", "front_desk_staff", "held_on", "id", "kind", "mode", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "venue_id") VALUES (OLD."attended", OLD."delivered_by", OLD."front_desk_staff", OLD."held_on", OLD."id", OLD."kind", OLD."mode", OLD."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."venue_id"); RETURN NULL;', hash='dedb860f248a86da098eb282a80a4455dc8ecf81', operation='DELETE', pgid='pgtrigger_delete_delete_51c18', table='venues_trainingsession', when='AFTER')),
        ),
        migrations.CreateModel(
            name='TrainingSessionEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('initial', 'Initial'), ('refresher', 'Refresher')], max_length=10)),
                ('held_on', accounts.database.model_fields.DayField(verbose_name='date held')),
                ('mode', models.CharField(choices=[('in_person', 'In person'), ('online', 'Live online'), ('self_study', 'Self-study pack')], max_length=12, verbose_name='how it was delivered')),
                ('delivered_by', accounts.database.model_fields.LineField(help_text='A team or a person.', max_length=120)),
                ('front_desk_staff', models.PositiveSmallIntegerField(help_text='How many people work at the front desk, all shifts together.', verbose_name='front-desk staff')),
                ('attended', models.PositiveSmallIntegerField(verbose_name='how many of them attended')),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=2000)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.trainingsession')),
                ('recorded_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='trainingsession_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='trainingsession_event_by'), models.Index(fields=['venue'], name='venues_trai_venue_i_25c354_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingsessionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f2c3b4de2a50b909270461006d23092a067e652e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_17877', table='venues_trainingsessionevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='VenueContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('normal_name', models.GeneratedField(db_persist=True, expression=venues.registry.names_in_sql.NormalName('name'), output_field=models.TextField(db_collation='C'))),
                ('job_title', accounts.database.model_fields.LineField(blank=True, max_length=120)),
                ('email', accounts.database.model_fields.EmailLineField(blank=True, max_length=254, verbose_name='email address')),
                ('phone', accounts.database.model_fields.LineField(blank=True, max_length=30, verbose_name='telephone number')),
                ('phone_digits', models.GeneratedField(db_persist=True, expression=models.Func(models.F('phone'), models.Value('[^0-9]'), models.Value(''), models.Value('g'), function='regexp_replace'), output_field=models.CharField(max_length=30))),
                ('gets_reminders', models.BooleanField(default=True, help_text='Messages about refresher training go to this person.', verbose_name='gets reminders')),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='venues.venue')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['normal_name'], name='contact_alike', opclasses=['gin_trgm_ops'])],
                'ordering': ['normal_name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('gets_reminders', False), models.Q(('email', ''), _negated=True), _connector='OR'), name='contact_with_reminders_has_an_email_address', violation_error_message='Enter an email address, or turn reminders off.'), models.UniqueConstraint(models.F('venue'), django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='contact_is_once_at_a_venue', violation_error_message='This venue already has a contact with this email address.'), models.CheckConstraint(condition=models.Q(('phone', ''), ('phone__regex', '^[+( ]*[0-9](?:[ ()-]*[0-9]){5,14}[ )]*(?:(?:[eE][xX][tT]\\.?|[xX]) ?[0-9]{1,6})?$'), _connector='OR'), name='contact_has_a_telephone_number_or_none', violation_error_message='Enter a phone number, like 020 7946 0958')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuecontact',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_venuecontactevent" ("email", "gets_reminders", "id", "job_title", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "venue_id") VALUES (NEW."email", NEW."gets_reminders", NEW."id", NEW."job_title", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."phone", NEW."venue_id"); RETURN NULL;', hash='56146039bc66d6202023725ecf60b2666a955220', operation='INSERT', pgid='pgtrigger_insert_insert_6dcf8', table='venues_venuecontact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuecontact',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."gets_reminders" IS DISTINCT FROM (NEW."gets_reminders") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."job_title" IS DISTINCT FROM (NEW."job_title") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."venue_id" IS DISTINCT FROM (NEW."venue_id"))', func='INSERT INTO "venues_venuecontactevent" ("email", "gets_reminders", "id", "job_title", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "venue_id") VALUES (NEW."email", NEW."gets_reminders", NEW."id", NEW."job_title", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."phone", NEW."venue_id"); RETURN NULL;', hash='b3061f5db84e4836f94f3d54179a800c30edb2e1', operation='UPDATE', pgid='pgtrigger_update_update_23287', table='venues_venuecontact', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuecontact',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_venuecontactevent" ("email", "gets_reminders", "id", "job_title", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "venue_id") VALUES (OLD."email", OLD."gets_reminders", OLD."id", OLD."job_title", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."phone", OLD."venue_id"); RETURN NULL;', hash='8e0d04414cdfc22593948a84e454309dd4496d81', operation='DELETE', pgid='pgtrigger_delete_delete_cbee8', table='venues_venuecontact', when='AFTER')),
        ),
        migrations.CreateModel(
            name='VenueContactEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('job_title', accounts.database.model_fields.LineField(blank=True, max_length=120)),
                ('email', accounts.database.model_fields.EmailLineField(blank=True, max_length=254, verbose_name='email address')),
                ('phone', accounts.database.model_fields.LineField(blank=True, max_length=30, verbose_name='telephone number')),
                ('gets_reminders', models.BooleanField(default=True, help_text='Messages about refresher training go to this person.', verbose_name='gets reminders')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venuecontact')),
                ('venue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='venuecontact_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='venuecontact_event_by'), models.Index(fields=['venue'], name='venues_venu_venue_i_649926_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuecontactevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='853f8688c652c63d9bc5faaa4b3be7de3a785927', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_684c1', table='venues_venuecontactevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='VenueEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', accounts.database.model_fields.LineField(max_length=200)),
                ('kind', models.CharField(choices=[('hotel', 'Hotel'), ('guest_house', 'Guest house or B&B'), ('hostel', 'Hostel'), ('serviced_apartment', 'Serviced apartment'), ('halls', 'Halls of residence'), ('other', 'Other'), ('unknown', 'Not known yet')], default='unknown', max_length=20)),
                ('address', accounts.database.model_fields.LinesField(blank=True, help_text='One line for each part, without the postcode.', max_length=400)),
                ('postcode', accounts.database.model_fields.LineField(blank=True, max_length=10)),
                ('latitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(-90), django.core.validators.MaxValueValidator(90)])),
                ('longitude', models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(-180), django.core.validators.MaxValueValidator(180)])),
                ('edited_by_hand', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, editable=False, help_text='Fields that an import no longer overwrites.', size=None)),
                ('notes', accounts.database.model_fields.LinesField(blank=True, max_length=2000)),
                ('closed_on', accounts.database.model_fields.DayField(blank=True, null=True)),
                ('closed_reason', accounts.database.model_fields.LineField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('local_authority', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.localauthority')),
                ('merged_into', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venue')),
                ('group', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venuegroup')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='venue_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='venue_event_by'), models.Index(models.F('merged_into'), condition=models.Q(('merged_into__isnull', False)), name='venue_event_merged_into')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venueevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='45a980f44c7019935acc9142ce5bd456a9d118ec', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2ef6c', table='venues_venueevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='VenueGroupEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.venuegroup')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='venuegroup_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='venuegroup_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='venuegroupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a9706ae1beee9cf06ad1fc13c1f7901d3c2304c2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4ae01', table='venues_venuegroupevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='CommandUnitMember',
            fields=[
            ],
            options={
                'verbose_name': 'member',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('venues.commandunit_members',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunitmember',
            trigger=pgtrigger.compiler.Trigger(name='units_are_the_givers', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE given RECORD;', func="\n            given := coalesce(NEW, OLD);\n            IF nullif(current_setting('makesafe.user', true), '')::bigint IS NOT NULL AND (\n                (TG_OP <> 'DELETE' AND given.user_id = nullif(current_setting('makesafe.user', true), '')::bigint)\n                OR NOT EXISTS (\n                    SELECT FROM accounts_user WHERE id = nullif(current_setting('makesafe.user', true), '')::bigint AND (\n                        whole_force OR EXISTS (\n                            SELECT FROM venues_commandunit_members own\n                            WHERE own.user_id = nullif(current_setting('makesafe.user', true), '')::bigint AND own.commandunit_id = given.commandunit_id\n                        )\n                    )\n                )\n            ) THEN\n                RAISE EXCEPTION 'User % does not give command units of others', nullif(current_setting('makesafe.user', true), '')::bigint\n                    USING ERRCODE = 'check_violation', CONSTRAINT = 'units_are_the_givers';\n            END IF;\n            RETURN given;\n        ", hash='8f9fcbd1e27c6a9f9b58ef2cc6c8a5563aa13dde', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_units_are_the_givers_af484', table='venues_commandunit_members', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunitmember',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_commandunitmemberevent" ("commandunit_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."commandunit_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='e637c65e9f6ffff6a1f48ee9aef9d1c8050f43f1', operation='INSERT', pgid='pgtrigger_insert_insert_4fadf', table='venues_commandunit_members', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunitmember',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "venues_commandunitmemberevent" ("commandunit_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."commandunit_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='146cfae7c833278108204add6b99a83a405ac76d', operation='UPDATE', pgid='pgtrigger_update_update_f07b9', table='venues_commandunit_members', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunitmember',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_commandunitmemberevent" ("commandunit_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."commandunit_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='432ab832a86bb44c031100caa7a8e634d5ea1037', operation='DELETE', pgid='pgtrigger_delete_delete_4caa9', table='venues_commandunit_members', when='AFTER')),
        ),
        migrations.CreateModel(
            name='CommandUnitMemberEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('commandunit', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.commandunit')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.commandunitmember')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='commandunitmember_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='commandunitmember_event_by'), models.Index(fields=['commandunit'], name='venues_comm_command_38676d_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunitmemberevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2fef5671066b9042ca27cddef8d4e53ff771b0eb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e8ae4', table='venues_commandunitmemberevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='The place of the difference in the report.')),
                ('takes_theirs', models.BooleanField(help_text="Otherwise the registry's value was kept.")),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='venues.importrun')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(models.F('run'), models.F('number'), name='difference_is_decided_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_decisionevent" ("decided_at", "decided_by_id", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "run_id", "takes_theirs") VALUES (NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."run_id", NEW."takes_theirs"); RETURN NULL;', hash='ce55d696b417d6ae66a18afc9354902151945b91', operation='INSERT', pgid='pgtrigger_insert_insert_14dab', table='venues_decision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "venues_decisionevent" ("decided_at", "decided_by_id", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "run_id", "takes_theirs") VALUES (NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."run_id", NEW."takes_theirs"); RETURN NULL;', hash='acf33ab175a6cea421f60d7c11f598eb361179e1', operation='UPDATE', pgid='pgtrigger_update_update_c7430', table='venues_decision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "venues_decisionevent" ("decided_at", "decided_by_id", "id", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "run_id", "takes_theirs") VALUES (OLD."decided_at", OLD."decided_by_id", OLD."id", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."run_id", OLD."takes_theirs"); RETURN NULL;', hash='05cfe8c91eadefe6bfdd7fc7798d5205be24b975', operation='DELETE', pgid='pgtrigger_delete_delete_0a9bb', table='venues_decision', when='AFTER')),
        ),
        migrations.CreateModel(
            name='DecisionEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(help_text='The place of the difference in the report.')),
                ('takes_theirs', models.BooleanField(help_text="Otherwise the registry's value was kept.")),
                ('decided_at', models.DateTimeField(auto_now_add=True)),
                ('decided_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.decision')),
                ('run', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.importrun')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='decision_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='decision_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decisionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e8bc973156f8920e1443feee338bb665e397623b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_adb82', table='venues_decisionevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='CommandUnitEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('code', accounts.database.model_fields.LineField(max_length=20)),
                ('name', accounts.database.model_fields.LineField(max_length=120)),
                ('mailbox', accounts.database.model_fields.EmailLineField(blank=True, help_text='Read by somebody at any time: replies from venues go here where the person who answers for them has left.', max_length=254)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.commandunit')),
                ('force', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='venues.force')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='commandunit_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='commandunit_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='commandunitevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7e9ad937d0b5012dc4ad03e6db69eb9c9c39e6ff', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b040a', table='venues_commandunitevent', when='BEFORE')),
        ),
        migrations.RunSQL(MAKE_FUNCTIONS, DROP_FUNCTIONS),
    ]
