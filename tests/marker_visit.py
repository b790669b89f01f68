"""A visit of made-up words, and everything that the product lets out while it is planned and made.

No word of it stands anywhere else, so that whatever holds one tells of the visit.
"""

import datetime as dt
from typing import Any

import redis
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.acts import undo
from accounts.acts.admin import ComesBackFilled
from accounts.addresses import number_of
from accounts.models import Undo, User
from accounts.roles import Role
from operations.follow_ups import reminders
from operations.models import (
    Alarm,
    Cadet,
    FollowUp,
    Operation,
    SafetyPolicy,
    Scenario,
    Visit,
    VisitState,
)
from operations.safety import actions as safety
from operations.tasks import count_figures, remind, tell_of_changed_plans, watch_teams
from outbox import delivery
from outbox.models import Lane
from tests import factories
from tests.answers import NOTHING_NOTICED
from tests.database import as_owner
from tests.form_pages import token
from tests.operations.pages import date_of, signed_in, sixteen, soon
from tests.posts import as_shown
from tests.test_access import ROLES, address, rows
from venues.models import Venue, VenueContact

MINUTE = dt.timedelta(minutes=1)

#: Words, by what they tell: which venue, which operation, who goes, what was written down.
WORDS = {
    "venue": ("Quillbrändt", "Thornwickel", "Mabberley"),
    "operation": ("Zephyrine", "ZQ/MARK/77", "Umbrascope", "Authmarken"),
    "scenario": ("Scenmarrow", "Scriptlade"),
    "team": ("Vexholm", "Ondrasek"),
    "cadet": ("QX-90417",),
    "notes": ("Notesquill", "INC-778812"),
}
EACH_WORD = [word for words in WORDS.values() for word in words]
#: What stands in a stage, in their order: planned and not on the board yet; on the board; under
#: way, its team silent, and the alarm gone on; over, with a follow-up.
STAGES = ("planned", "on the board", "alarmed", "over")


class MarkerVisit:
    """The visit, its people, and the acts that take it from stage to stage."""

    def __init__(self, people: dict[Any, Any], made: dict[str, Any]) -> None:
        self.unit = made["venue"].local_authority.command_unit
        self.people = self._people(people)
        group = factories.VenueGroupFactory(name="Mabberley Lodges")
        self.venue = factories.VenueFactory(
            name="Quillbrändt’s & Daughters",
            address="7 Thornwickel Street\nWessendale",
            group=group,
            local_authority=made["venue"].local_authority,
        )
        self.contact = factories.VenueContactFactory(venue=self.venue)
        self.operation = factories.OperationFactory(
            reference="ZQ/MARK/77",
            name="Operation Zephyrine",
            notes="Umbrascope in the lobby.",
            authorisation_reference="Authmarken",
            scenario=factories.ScenarioFactory(title="Scenmarrow", script="Say Scriptlade."),
            lead=self.people["operation’s lead"],
            created_by=self.people["planner"],
        )
        self.cadet = factories.CadetFactory(
            reference="QX-90417", command_unit=self.unit, birth_date=sixteen()
        )
        SafetyPolicy.objects.update(
            duty_mailbox="duty@police.example",
            duty_number="07700900102",
            control_room_mailbox="control@police.example",
        )
        self.others = made
        self.visit: Any = None

    def _people(self, people: dict[Any, Any]) -> dict[str, Any]:
        """Of each kind, by what they are called here."""
        unit, elsewhere = self.unit, factories.CommandUnitFactory()
        named = {
            "officer of the team": (
                Role.VISITING_OFFICER,
                {"last_name": "Vexholm", "telephone": "07700900101"},
            ),
            "welfare officer": (Role.VISITING_OFFICER, {"last_name": "Ondrasek"}),
            "operation’s lead": (Role.CSE_LEAD, {}),
        }
        found = {
            name: factories.UserFactory(role=role, units=[unit], **fields)
            for name, (role, fields) in named.items()
        }
        for role in ROLES:
            found[role.value.lower()] = people[role]
            found[f"{role.value.lower()} elsewhere"] = factories.UserFactory(
                role=role, units=[elsewhere]
            )
        for role in (Role.PLANNER, Role.CSE_LEAD, Role.ADMINISTRATOR):
            found[f"{role.value.lower()} of the force"] = factories.UserFactory(
                role=role, whole_force=True
            )
        return found

    # From stage to stage --------------------------------------------------------------------------

    def reach(self, stage: str) -> None:
        for step in STAGES[: STAGES.index(stage) + 1]:
            self.step(step)

    def step(self, stage: str) -> None:
        """From the stage before to this one."""
        {
            "planned": self.plan,
            "on the board": self.come_near,
            "alarmed": self.fall_silent,
            "over": self.end,
        }[stage]()
        self.send_all()

    def plan(self) -> None:
        """By the page, as a planner does."""
        planner = signed_in(self.people["planner"])
        venues = reverse("operations:operation_venues", args=[self.operation.pk])
        chosen = factories.OperationVenueFactory(
            operation=self.operation, venue=self.venue, added_by=self.people["planner"]
        )
        planner.get(venues)
        url = reverse("operations:visit_add", args=[self.operation.pk])
        answers = date_of("on", soon()) | {
            "starts_at": "16:00",
            "ends_at": "17:00",
            "venue": chosen.pk,
            "lead": self.people["officer of the team"].pk,
            "welfare": self.people["welfare officer"].pk,
            "cadet": [self.cadet.pk],
        }
        # First one that is refused, so that it comes back filled, and one as the session ends.
        refused = answers | {"ends_at": "15:00", "submission_token": token(planner, url)}
        assert planner.post(url, refused).status_code == 200
        gone = signed_in(self.people["planner"])
        late = answers | {"submission_token": token(gone, url)}
        gone.logout()
        gone.post(url, late)
        answer = planner.post(url, answers | {"submission_token": token(planner, url)})
        assert answer.status_code == 302, answer.text
        self.visit = Visit.objects.get(operation=self.operation)
        sheet = reverse("operations:sheet_send", args=[self.operation.pk])
        answer = planner.post(sheet, {"evening": soon().isoformat()})
        assert answer.status_code == 302, answer.text
        self.move(timezone.now() + 3 * 60 * MINUTE)

    def move(self, starts_at: dt.datetime) -> None:
        """Whatever the hour is at which the tests run: no planner could."""
        with as_owner():
            Visit.objects.filter(pk=self.visit.pk).update(
                starts_at=starts_at, ends_at=starts_at + 90 * MINUTE
            )
        self.visit.refresh_from_db()

    def come_near(self) -> None:
        self.move(timezone.now() + 20 * MINUTE)

    def fall_silent(self) -> None:
        """The team starts, and is not heard of; nobody takes the alarm, so that it goes on."""
        now = timezone.now()
        self.move(now - 40 * MINUTE)
        officer = self.people["officer of the team"]
        said = {"told": "on", "willing": [number_of(self.cadet.pk)]}
        signed_in(officer).post(reverse("operations:visit_start", args=[self.visit.pk]), said)
        with as_owner():  # where more is asked of a team than this page was given
            Visit.objects.planned().filter(pk=self.visit.pk).update(
                state=VisitState.UNDER_WAY, started_at=now, started_by=officer
            )
        self.withdraw_and_go_on(officer)
        self.visit.refresh_from_db()
        assert safety.raise_alarms(at=now + 25 * MINUTE)
        assert safety.escalate_alarms(at=now + 35 * MINUTE)

    def withdraw_and_go_on(self, officer: User) -> None:
        """The cadet withdraws, which is told to the planner, and it was a slip of the thumb."""
        member = self.visit.team.get(cadet=self.cadet)
        signed_in(officer).post(reverse("operations:cadet_withdraw", args=[member.pk]))
        self.send_all()
        made = Undo.objects.get(by=officer, act__endswith="withdraw_cadet")
        undo.take_back(number=made.number, by=officer, at=timezone.now())

    def end(self) -> None:
        """The team logs what it saw, and the venue and its officer are reminded."""
        officer = signed_in(self.people["officer of the team"])
        url = reverse("operations:outcome_add", args=[self.visit.pk])
        written = {"notes": "Notesquill at the desk.", "incident_reference": "INC-778812"}
        called = {"police_contacted": "yes", "contact_method": "101", "contact_minutes": "5"}
        answers = as_shown(officer, url) | NOTHING_NOTICED | called | written
        answers |= {"makesafe_quoted": "yes", "call_handler_recognised": "no"}
        answers |= {"officers_sent": "no", "refresher_accepted": "yes"}
        answer = officer.post(url, answers)
        assert answer.status_code == 302, answer.text
        number = number_of(self.cadet.pk)
        how = {f"how_{number}": "upset", f"note_{number}": "Asks for a call."}
        officer.post(reverse("operations:how_it_was", args=[self.visit.pk]), how)
        self.visit.refresh_from_db()
        later = FollowUp.objects.get(visit=self.visit).due_on - dt.timedelta(days=6)
        at = dt.datetime.combine(later, dt.time(10), tzinfo=dt.UTC)
        reminders.decide_reminders(at=at)
        self.send_all(at=at)

    def send_all(self, at: dt.datetime | None = None) -> None:
        """What beat and the workers do, each task with lines of its own in the log."""
        for task in (remind, watch_teams, count_figures, tell_of_changed_plans):
            task.apply()
        for lane in Lane:
            delivery.deliver(lane, at=at or timezone.now())

    # What is looked at ----------------------------------------------------------------------------

    def pages_of(self, who: str) -> dict[str, str]:
        """The names of the pages that this person's role may open, by their addresses.

        About this visit as far as they can be. What a role may never open is the same page of
        refusal whatever is asked for (tests/test_access.py); pages of one's own account are alike
        for all.
        """
        user = self.people[who]
        role = ROLES.index(next(r for r in ROLES if user.groups.filter(name=r).exists()))
        ours = {
            Visit: self.visit,
            Venue: self.venue,
            Operation: self.operation,
            Scenario: self.operation.scenario,
            Cadet: self.cadet,
            VenueContact: self.contact,
        }
        about = {Alarm: {"visit": self.visit}, FollowUp: {"visit": self.visit}}
        made = dict(self.others)
        for key, record in self.others.items():
            ask = about.get(type(record)) or (
                {"visit": self.visit}
                if hasattr(record, "visit_id")
                else {"operation": self.operation}
                if hasattr(record, "operation_id")
                else None
            )
            if (mine := ours.get(type(record))) is not None:
                made[key] = mine
            elif ask and (found := type(record)._default_manager.filter(**ask).first()):
                made[key] = found
        found = {}
        for name, kind, ours, theirs in rows():
            of_oneself = name.startswith(("account_", "mfa_", "usersessions_"))
            if of_oneself and who not in ("planner", "officer of the team", "visiting officer"):
                continue
            if ours[role] != 403 or theirs[role] != 403:
                found[address(name, kind, made)] = name
        return found

    def administration(self) -> dict[str, str]:
        """Every page of the administration."""
        found = {reverse("admin:index"): "admin"}
        for model, page in admin.site._registry.items():
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            found[reverse(f"{name}_changelist")] = name
            if isinstance(page, ComesBackFilled):
                for row in model._base_manager.all()[:40]:
                    found |= {
                        reverse(f"{name}_{view}", args=[row.pk]): name
                        for view in ("change", "history")
                    }
        return found


def read(client: Client, url: str) -> bytes:
    """The answer, the body first, and its headers: all that browsers and proxies get to see."""
    answer = client.get(url)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return body + f"\n{answer.status_code}\n{headers}\n".encode()


def in_the_broker() -> bytes:
    """Keys and values of the cache, of the queues and of whatever else is kept there."""
    found = []
    for number in range(16):
        server = redis.Redis.from_url(settings.REDIS_URL.rpartition("/")[0] + f"/{number}")
        for key in server.scan_iter(count=1000):
            found += [key, server.dump(key) or b""]
            kind = server.type(key)
            if kind == b"string":
                found.append(server.get(key) or b"")
            elif kind == b"list":
                found += server.lrange(key, 0, -1)
            elif kind == b"hash":
                found += [part for pair in server.hgetall(key).items() for part in pair]
            elif kind == b"set":
                found += list(server.smembers(key))
            elif kind == b"zset":
                found += server.zrange(key, 0, -1)
    return b"\n".join(found)


def in_the_database() -> dict[str, str]:
    """Every row of every column that can hold words, by ``table.column``."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN"
            " information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND (data_type IN"
            " ('text', 'character varying', 'jsonb', 'json', 'ARRAY', 'bytea', 'USER-DEFINED'))"
        )
        found = {}
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT string_agg("{column}"::text, chr(10)) FROM "{table}"')
            found[f"{table}.{column}"] = cursor.fetchone()[0] or ""
    return found
