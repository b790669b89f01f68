
import accounts.database.model_fields
import datetime
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', accounts.database.model_fields.DayField(unique=True)),
                ('first_day', accounts.database.model_fields.DayField(default=datetime.date(2000, 1, 1), verbose_name='first day that may be given')),
                ('last_day', accounts.database.model_fields.DayField(default=datetime.date(2100, 12, 31), verbose_name='last day that may be given')),
            ],
            options={
                'verbose_name_plural': 'day policies',
                'ordering': ['-valid_from'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('first_day__lt', models.F('last_day'))), name='first_day_comes_before_the_last', violation_error_message='The first day must come before the last.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='daypolicy',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_daypolicyevent" ("first_day", "id", "last_day", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from") VALUES (NEW."first_day", NEW."id", NEW."last_day", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."valid_from"); RETURN NULL;', hash='9f61acacaa841394a50c337701b272baed505b92', operation='INSERT', pgid='pgtrigger_insert_insert_82016', table='accounts_daypolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='daypolicy',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_daypolicyevent" ("first_day", "id", "last_day", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from") VALUES (NEW."first_day", NEW."id", NEW."last_day", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."valid_from"); RETURN NULL;', hash='dc8a5efa6337221a9baaecb72f1bbf74f550e259', operation='UPDATE', pgid='pgtrigger_update_update_d71ba', table='accounts_daypolicy', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='daypolicy',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_daypolicyevent" ("first_day", "id", "last_day", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "valid_from") VALUES (OLD."first_day", OLD."id", OLD."last_day", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."valid_from"); RETURN NULL;', hash='1e73fe5f1e38bd44236e010e82d7371c9ea9a831', operation='DELETE', pgid='pgtrigger_delete_delete_1623e', table='accounts_daypolicy', when='AFTER')),
        ),
        migrations.CreateModel(
            name='DayPolicyEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('valid_from', accounts.database.model_fields.DayField()),
                ('first_day', accounts.database.model_fields.DayField(default=datetime.date(2000, 1, 1), verbose_name='first day that may be given')),
                ('last_day', accounts.database.model_fields.DayField(default=datetime.date(2100, 12, 31), verbose_name='last day that may be given')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.daypolicy')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='daypolicy_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='daypolicy_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='daypolicyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ccc7b0bb64bc86a3f0b7c1cbd25fc87d88efa905', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_78fde', table='accounts_daypolicyevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(help_text="The entry's table.", max_length=63)),
                ('entry', models.BigIntegerField(help_text='Its number there.')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rule', models.CharField(help_text='Which rule asked for it.', max_length=100)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(models.F('at'), name='erasure_by_time')],
                'constraints': [models.UniqueConstraint(models.F('source'), models.F('entry'), name='entry_is_erased_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='erasure',
            trigger=pgtrigger.compiler.Trigger(name='erasure_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2ff2ea1da11d99bf1fa5ffc153341707b9f6e2a3', operation='UPDATE OR DELETE', pgid='pgtrigger_erasure_never_changes_7697a', table='accounts_erasure', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('day', models.DateField(help_text='In London.', primary_key=True, serialize=False)),
                ('previous', models.BinaryField(max_length=32)),
                ('seal', models.BinaryField(max_length=32)),
                ('entries', models.PositiveBigIntegerField()),
                ('tables', models.JSONField(help_text='The tables of the record, and the columns that each had when it was sealed.')),
                ('sealed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['day'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(models.F('previous'), name='seals_are_one_chain')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='seal',
            trigger=pgtrigger.compiler.Trigger(name='seal_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a4fc45c36f077ac3b31425a6e6c9eaf81c8b737b', operation='UPDATE OR DELETE', pgid='pgtrigger_seal_never_changes_0b7dc', table='accounts_seal', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='SealedEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('source', 'entry', blank=True, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(help_text="The entry's table.", max_length=63)),
                ('entry', models.BigIntegerField(help_text='Its number there.')),
                ('day', models.DateField()),
                ('digest', models.BinaryField(max_length=32)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(models.F('day'), name='sealed_entry_by_day')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sealedentry',
            trigger=pgtrigger.compiler.Trigger(name='sealed_entry_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a1dac9c52eb55fe7edba0b90d07eba89ea95b52c', operation='UPDATE OR DELETE', pgid='pgtrigger_sealed_entry_never_changes_d9c4b', table='accounts_sealedentry', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('username', accounts.database.model_fields.LineField(error_messages={'invalid': 'Username must have letters, figures and @ . + - _ only', 'unique': 'Somebody already has this username.'}, help_text='Letters, figures and @ . + - _ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()])),
                ('first_name', accounts.database.model_fields.LineField(blank=True, max_length=150)),
                ('last_name', accounts.database.model_fields.LineField(blank=True, max_length=150)),
                ('email', accounts.database.model_fields.EmailLineField(max_length=254, verbose_name='email address')),
                ('whole_force', models.BooleanField(default=False, help_text='Otherwise this person sees their own command units only.', verbose_name='sees the whole force')),
                ('address_given_by', models.ForeignKey(editable=False, help_text='Who changed the address, until a second person agrees to send a link there.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'abstract': False,
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='user_name_is_unique_in_any_case', violation_error_message='Somebody already has this username.'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='email_address_is_unique_in_any_case', violation_error_message='Somebody already has this email address.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='sight_has_a_second_person', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n        IF nullif(current_setting(\'makesafe.user\', true), \'\')::bigint IS NOT NULL AND (\n            (\n                NEW.whole_force AND (TG_OP = \'INSERT\' OR NOT OLD.whole_force)\n                AND (NEW.id = nullif(current_setting(\'makesafe.user\', true), \'\')::bigint OR NOT EXISTS (SELECT FROM accounts_accessrequest WHERE person_id = NEW.id AND "right" = \'whole force\' AND approved AND decided_by_id = nullif(current_setting(\'makesafe.user\', true), \'\')::bigint AND decided_at >= transaction_timestamp()))\n            )\n            OR (NEW.is_superuser AND (TG_OP = \'INSERT\' OR NOT OLD.is_superuser))\n            OR (\n                NEW.is_staff AND (TG_OP = \'INSERT\' OR NOT OLD.is_staff)\n                AND NOT EXISTS (\n                    SELECT FROM accounts_user_groups JOIN auth_group ON auth_group.id = group_id\n                    WHERE user_id = NEW.id AND name = \'Administrator\'\n                )\n            )\n        ) THEN\n            RAISE EXCEPTION \'A right of user % needs a second person\', NEW.id\n                USING ERRCODE = \'check_violation\', CONSTRAINT = \'sight_has_a_second_person\';\n        END IF;\n        RETURN NEW;\n    ', hash='881fc52dc8f9df53723bce1838a75a694fdf7a4a', operation='INSERT OR UPDATE', pgid='pgtrigger_sight_has_a_second_person_4f545', table='accounts_user', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("address_given_by_id", "date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username", "whole_force") VALUES (NEW."address_given_by_id", NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."last_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."username", NEW."whole_force"); RETURN NULL;', hash='62fc7aee22f2eb066b1662f00ab97bcfe7e1be74', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address_given_by_id" IS DISTINCT FROM (NEW."address_given_by_id") OR OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."first_name" IS DISTINCT FROM (NEW."first_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."last_name" IS DISTINCT FROM (NEW."last_name") OR OLD."username" IS DISTINCT FROM (NEW."username") OR OLD."whole_force" IS DISTINCT FROM (NEW."whole_force"))', func='INSERT INTO "accounts_userevent" ("address_given_by_id", "date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username", "whole_force") VALUES (NEW."address_given_by_id", NEW."date_joined", NEW."email", NEW."first_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."last_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."username", NEW."whole_force"); RETURN NULL;', hash='04ac333eb611b77b81081a9ca1420dab1d2b3006', operation='UPDATE', pgid='pgtrigger_update_update_0e890', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userevent" ("address_given_by_id", "date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "last_name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username", "whole_force") VALUES (OLD."address_given_by_id", OLD."date_joined", OLD."email", OLD."first_name", OLD."id", OLD."is_active", OLD."is_staff", OLD."is_superuser", OLD."last_name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."username", OLD."whole_force"); RETURN NULL;', hash='0aa0c826006202edf506113e40d4ecd5287e78a2', operation='DELETE', pgid='pgtrigger_delete_delete_19f14', table='accounts_user', when='AFTER')),
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.UUIDField(unique=True)),
                ('content', models.CharField(help_text='A digest of the page and the answers.', max_length=64)),
                ('answer', models.TextField(help_text='The address to which it led: what it made, or a list.')),
                ('request', models.UUIDField(help_text='By which its offers to undo are found.', null=True)),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Undo',
            fields=[
                ('number', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(help_text='The function that did it.', max_length=80)),
                ('about', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, help_text='The records whose pages offer it.', size=None)),
                ('request', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('pghistory.context_id'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), null=True)),
                ('until', models.DateTimeField()),
                ('says', models.CharField(help_text='What taking it back brings about.', max_length=200)),
                ('entries', models.JSONField(help_text='Pairs of a table of the history and a key.')),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(models.F('request'), name='undo_by_request'), models.Index(models.F('by'), models.F('until'), name='undo_by_person'), models.Index(models.F('until'), condition=models.Q(('taken_back_at', None)), name='undo_that_is_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at', None), ('taken_back_by', None)), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False)), _connector='OR'), name='undo_says_when_and_by_whom')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='undo',
            trigger=pgtrigger.compiler.Trigger(name='undo_works_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.taken_back_at IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='250a5ede1a36eda822938f0c1fd2cbe5abc639a1', operation='UPDATE', pgid='pgtrigger_undo_works_once_ff059', table='accounts_undo', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='Used',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(models.F('at'), name='used_by_time')],
            },
        ),
        migrations.CreateModel(
            name='UserEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('username', accounts.database.model_fields.LineField(error_messages={'invalid': 'Username must have letters, figures and @ . + - _ only', 'unique': 'Somebody already has this username.'}, help_text='Letters, figures and @ . + - _ only.', max_length=150, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()])),
                ('first_name', accounts.database.model_fields.LineField(blank=True, max_length=150)),
                ('last_name', accounts.database.model_fields.LineField(blank=True, max_length=150)),
                ('email', accounts.database.model_fields.EmailLineField(max_length=254, verbose_name='email address')),
                ('whole_force', models.BooleanField(default=False, help_text='Otherwise this person sees their own command units only.', verbose_name='sees the whole force')),
                ('address_given_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, help_text='Who changed the address, until a second person agrees to send a link there.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='user_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='user_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='userevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e9498e73f6fbdf2642fb33fa14189f1ad2382c8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45b21', table='accounts_userevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='UserGroup',
            fields=[
            ],
            options={
                'verbose_name': 'role',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('accounts.user_groups',),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='role_has_a_second_person', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE role text;', func='\n        IF nullif(current_setting(\'makesafe.user\', true), \'\')::bigint IS NOT NULL THEN\n            SELECT name INTO role FROM auth_group WHERE id = NEW.group_id;\n            IF NEW.user_id = nullif(current_setting(\'makesafe.user\', true), \'\')::bigint OR (\n                role IN (\'Planner\', \'Administrator\') AND NOT EXISTS (SELECT FROM accounts_accessrequest WHERE person_id = NEW.user_id AND "right" = role AND approved AND decided_by_id = nullif(current_setting(\'makesafe.user\', true), \'\')::bigint AND decided_at >= transaction_timestamp())\n            ) THEN\n                RAISE EXCEPTION \'A role of user % needs a second person\', NEW.user_id\n                    USING ERRCODE = \'check_violation\', CONSTRAINT = \'role_has_a_second_person\';\n            END IF;\n        END IF;\n        RETURN NEW;\n    ', hash='886915d31c3b8d9ea47eda1fbc8b4928bd16c37e', operation='INSERT OR UPDATE', pgid='pgtrigger_role_has_a_second_person_a4358', table='accounts_user_groups', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_usergroupevent" ("group_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."group_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."user_id"); RETURN NULL;', hash='813a420ab582c55768083c24d5ec160c7240d59e', operation='INSERT', pgid='pgtrigger_insert_insert_0ba84', table='accounts_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_usergroupevent" ("group_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (NEW."group_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."user_id"); RETURN NULL;', hash='ccc95d88c26ab369ab73e0b3fe52a5adba934e14', operation='UPDATE', pgid='pgtrigger_update_update_59252', table='accounts_user_groups', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_usergroupevent" ("group_id", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "user_id") VALUES (OLD."group_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."user_id"); RETURN NULL;', hash='596d004bf91361490517c28e9f270cbe69359c70', operation='DELETE', pgid='pgtrigger_delete_delete_94483', table='accounts_user_groups', when='AFTER')),
        ),
        migrations.CreateModel(
            name='UserGroupEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='auth.group')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, db_tablespace='', on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.usergroup')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='usergroup_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='usergroup_event_by'), models.Index(fields=['user'], name='accounts_us_user_id_834721_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='usergroupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dfebd70753e9e9382330e91821304618010c0877', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2765d', table='accounts_usergroupevent', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='AccessEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('act', models.CharField(choices=[('viewed', 'viewed'), ('listed', 'saw in a list'), ('searched', 'searched'), ('exported', 'exported'), ('signed_in', 'signed in'), ('sign_in_refused', 'was refused at sign-in'), ('signed_out', 'signed out'), ('factor_added', 'added a second factor'), ('factor_removed', 'removed a second factor'), ('came_without_factor', 'signed in though the second factor was unreadable'), ('erased', 'erased'), ('password_changed', 'set a new password'), ('link_sent', 'sent a link to set a password to'), ('factors_taken', 'removed all second factors of'), ('account_closed', 'closed the account and ended the sessions of'), ('account_linked', 'was linked to the account at the force'), ('told_busy', 'was refused a plan because of another visit of'), ('account_unlinked', 'took the account at the force off'), ('retention_applied', 'erased what is kept no longer'), ('session_ended', 'had a session end')], max_length=20)),
                ('what', models.CharField(blank=True, help_text='Like operations.visit.', max_length=60)),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('purpose', models.TextField(blank=True, help_text='What for, or with which filters.')),
                ('address', models.TextField(db_default=django.db.models.functions.comparison.Coalesce(models.Func(django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('pghistory.context_metadata'), models.Value(True), function='current_setting'), models.Value('')), models.JSONField()), models.Value('address'), arg_joiner=' ->> ', template='(%(expressions)s)'), models.Value(''), output_field=models.TextField()))),
                ('path', models.TextField(db_default=django.db.models.functions.comparison.Coalesce(models.Func(django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('pghistory.context_metadata'), models.Value(True), function='current_setting'), models.Value('')), models.JSONField()), models.Value('path'), arg_joiner=' ->> ', template='(%(expressions)s)'), models.Value(''), output_field=models.TextField()))),
                ('request', models.UUIDField(db_default=django.db.models.functions.comparison.Coalesce(django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('pghistory.context_id'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), django.contrib.postgres.functions.RandomUUID()))),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, help_text='Empty: nobody was signed in and no account had the name that was typed.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'access entries',
                'ordering': ['-at', '-pk'],
                'permissions': [('view_log', 'Can search the log of everything')],
                'default_permissions': (),
                'indexes': [models.Index(models.F('at'), name='access_by_time'), models.Index(models.F('user'), models.F('at'), name='access_by_person'), django.contrib.postgres.indexes.GinIndex(models.F('ids'), name='access_by_record'), models.Index(models.F('at'), condition=models.Q(('act', 'retention_applied')), name='retention_by_time')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessentry',
            trigger=pgtrigger.compiler.Trigger(name='access_entry_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dabc0f7001f18967ee7c60dad5bb108e573c5e00', operation='UPDATE OR DELETE', pgid='pgtrigger_access_entry_never_changes_b097e', table='accounts_accessentry', when='BEFORE')),
        ),
        migrations.CreateModel(
            name='AccessRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('right', models.CharField(choices=[('Planner', 'the role Planner'), ('Administrator', 'the role Administrator'), ('whole force', 'sight of the whole force'), ('link', 'a link to set a password, to a changed address')], max_length=20)),
                ('address', accounts.database.model_fields.EmailLineField(help_text="The person's address when it was asked for.", max_length=254)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(null=True)),
                ('approved', models.BooleanField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_requests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['asked_at', 'pk'],
                'permissions': [('decide_accessrequest', 'Can be the second person for a right')],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('asked_by', models.F('person')), _negated=True), name='nobody_asks_for_themselves'), models.CheckConstraint(condition=models.Q(models.Q(('approved', True), _negated=True), models.Q(models.Q(('decided_by', models.F('asked_by')), _negated=True), models.Q(('decided_by', models.F('person')), _negated=True)), _connector='OR'), name='second_person_is_neither_asker_nor_subject'), models.CheckConstraint(condition=models.Q(models.Q(('approved', None), ('decided_at', None), ('decided_by', None)), models.Q(('approved__isnull', False), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='request_is_decided_wholly_or_not'), models.UniqueConstraint(models.F('person'), models.F('right'), condition=models.Q(('decided_at', None)), name='right_is_asked_for_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessrequest',
            trigger=pgtrigger.compiler.Trigger(name='decided_request_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."decided_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='44ee717eb360d7ba982b6c34464032823de4ad88', operation='UPDATE OR DELETE', pgid='pgtrigger_decided_request_never_changes_ef454', table='accounts_accessrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessrequest',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_accessrequestevent" ("address", "approved", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "right") VALUES (NEW."address", NEW."approved", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', NEW."id", NEW."right"); RETURN NULL;', hash='c10737674fa2eea4f5b3872081fce8c0c28f4df0', operation='INSERT', pgid='pgtrigger_insert_insert_01794', table='accounts_accessrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessrequest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_accessrequestevent" ("address", "approved", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "right") VALUES (NEW."address", NEW."approved", NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', NEW."id", NEW."right"); RETURN NULL;', hash='f1b96022387524ed3e3d9babf3ce5e7780bf34d5', operation='UPDATE', pgid='pgtrigger_update_update_872d5', table='accounts_accessrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessrequest',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_accessrequestevent" ("address", "approved", "asked_at", "asked_by_id", "decided_at", "decided_by_id", "id", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "right") VALUES (OLD."address", OLD."approved", OLD."asked_at", OLD."asked_by_id", OLD."decided_at", OLD."decided_by_id", OLD."id", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', OLD."id", OLD."right"); RETURN NULL;', hash='efff92c6c0bc76a739c64d56d4b490545c26cbbe', operation='DELETE', pgid='pgtrigger_delete_delete_75635', table='accounts_accessrequest', when='AFTER')),
        ),
        migrations.CreateModel(
            name='AccessRequestEvent',
            fields=[
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_by', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Cast(django.db.models.fields.json.KeyTextTransform('user', 'pgh_context'), models.BigIntegerField()), output_field=models.BigIntegerField(null=True))),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('right', models.CharField(choices=[('Planner', 'the role Planner'), ('Administrator', 'the role Administrator'), ('whole force', 'sight of the whole force'), ('link', 'a link to set a password, to a changed address')], max_length=20)),
                ('address', accounts.database.model_fields.EmailLineField(help_text="The person's address when it was asked for.", max_length=254)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(null=True)),
                ('approved', models.BooleanField(null=True)),
                ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.accessrequest')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'indexes': [models.Index(models.F('pgh_created_at'), models.F('pgh_id'), name='accessrequest_event_at'), models.Index(models.F('pgh_by'), models.F('pgh_created_at'), models.F('pgh_id'), name='accessrequest_event_by')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accessrequestevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='581d92e743c1739db5d3dbe8a405e941c245e112', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_12429', table='accounts_accessrequestevent', when='BEFORE')),
        ),
    ]
