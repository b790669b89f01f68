
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Stays the same if the message has to be handed over again.', unique=True)),
                ('lane', models.CharField(choices=[('account', 'Account mail'), ('reminders', 'Reminders'), ('alarms', 'Alarms')], max_length=10)),
                ('letter', models.CharField(blank=True, help_text='Who writes it when it is sent; empty: it is written.', max_length=40)),
                ('about', models.CharField(blank=True, help_text='Whom the letter is about.', max_length=40)),
                ('day', models.DateField(help_text='The day of a letter that goes out once a day.', null=True)),
                ('address', models.EmailField(blank=True, help_text='Empty once it is not kept any more.', max_length=254)),
                ('sealed', models.TextField(blank=True, help_text='The words of a message that is written, encrypted until it is sent.')),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('waiting', 'Waiting to be sent'), ('sent', 'Sent'), ('refused', 'Not sent: refused'), ('given_up', 'Not sent: given up'), ('not_needed', 'Not sent: not needed any more')], default='waiting', max_length=10)),
                ('additions', models.PositiveSmallIntegerField(default=0, help_text='How often something more was decided to go into it.')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(help_text='When it was sent or explained.', null=True)),
                ('answer', models.CharField(blank=True, help_text='The last answer, or why it was not sent.', max_length=200)),
            ],
            options={
                'ordering': ['-decided_at', '-pk'],
                'indexes': [models.Index(models.F('lane'), models.F('next_try_at'), condition=models.Q(('state', 'waiting')), name='messages_still_to_send'), models.Index(models.F('letter'), models.F('about'), name='messages_about_somebody'), models.Index(django.db.models.functions.text.Lower('address'), name='messages_to_an_address')],
                'constraints': [models.UniqueConstraint(models.F('letter'), models.F('day'), django.db.models.functions.text.Lower('address'), condition=models.Q(('day__isnull', False), models.Q(('address', ''), _negated=True)), name='one_letter_a_day_to_an_address'), models.UniqueConstraint(models.F('letter'), models.F('about'), condition=models.Q(('state', 'waiting'), models.Q(('about', ''), _negated=True)), name='one_letter_about_somebody_waits_at_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='message_that_waits_is_not_settled'), models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('sealed', ''), _connector='OR'), name='words_of_a_settled_message_are_gone')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='b8220929f18c19d1bd89e1715bc38fbb54e25c80', operation='DELETE', pgid='pgtrigger_message_is_never_deleted_1809d', table='outbox_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_that_is_settled_stays_so', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state <> 'waiting')", func="RAISE EXCEPTION 'What became of a message never changes.';", hash='1b336ae3fa45d8fe3730f88494c274c4c6d225c4', operation='UPDATE', pgid='pgtrigger_message_that_is_settled_stays_so_2a4b7', table='outbox_message', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='message_is_decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (ROW(OLD.message_id, OLD.lane, OLD.letter, OLD.about, OLD.day, OLD.decided_at) IS DISTINCT FROM ROW(NEW.message_id, NEW.lane, NEW.letter, NEW.about, NEW.day, NEW.decided_at))', func="RAISE EXCEPTION 'What was decided about a message never changes.';", hash='10881623e2add780f2552ba5d5e0b41b6f47a460', operation='UPDATE', pgid='pgtrigger_message_is_decided_once_b7e85', table='outbox_message', when='BEFORE')),
        ),
    ]
