"""Every post of the product that makes or changes something, as a browser would send it.

What is sent at one instant, what is sent while a server goes, and whatever else has to hold for
every post walks the same table (:data:`EACH_POST`). A page that takes a form and is not in it makes
a test fail, so a new one can't be forgotten.
"""

import datetime as dt
import re
import time
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.dates.london import duty_day
from accounts.models import Undo
from accounts.roles import Role
from accounts.sign_in import invitations
from accounts.sign_in.adapters import SecondFactorAdapter
from operations.models import FollowUpState, SafetyPolicy
from tests import factories
from tests.accounts.acts.test_submissions import CREATES, day, pages, sign_in, takes_forms
from tests.accounts.sign_in.test_once import SECRET
from tests.answers import NOTHING_NOTICED
from tests.form_pages import button
from tests.test_access import ROLES, address, rows
from tests.venues.hygiene_files import bring, hotel, xml


class Post(NamedTuple):
    """A form that somebody is about to send."""

    client: Client
    url: str
    answers: dict[str, Any]


class Form(HTMLParser):
    """What a browser would send of a page's forms if nobody touched them."""

    def __init__(self, page):
        super().__init__()
        self.sent = {}
        self._name = self._text = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "input" and name and attrs.get("type") not in ("submit", "file", "button"):
            if attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs:
                self.sent.setdefault(name, []).append(attrs.get("value") or "")
        elif tag in ("select", "textarea"):
            self._name, self._text = name, "" if tag == "textarea" else None
        elif tag == "option" and "selected" in attrs and self._name:
            self.sent.setdefault(self._name, []).append(attrs.get("value") or "")

    def handle_data(self, data):
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._name:
            self.sent[self._name] = [self._text.removeprefix("\n")]
        if tag in ("select", "textarea"):
            self._name = self._text = None


# Pages that make something ------------------------------------------------------------------------


def making(name):
    role, prepare, _ = CREATES[name]
    args, answers = prepare()
    client, _ = sign_in(role)
    return Post(client, reverse(name, args=args), answers)


# Pages about something that is there --------------------------------------------------------------


def colleague():
    return factories.UserFactory(role=Role.TRAINING_COORDINATOR, whole_force=True)


def lead(made):
    unit = made["venue"].local_authority.command_unit
    return factories.UserFactory(role=Role.CSE_LEAD, units=[unit])


def to_the_control_room(visit):
    SafetyPolicy.objects.update(control_room_mailbox="control@police.example")
    return {"evening": duty_day(visit.starts_at).isoformat()}


def to_propose(made):
    factories.OperationVenueFactory(operation=made["operation"], venue=made["other"])
    officers = [factories.UserFactory(role=Role.VISITING_OFFICER).pk for _ in range(2)]
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    asked = {"days": [tomorrow.isoformat()], "begins": "18:00", "ends": "23:00"}
    return asked | {"officers": officers, "welfare_officers": officers[:1]}


FACTS = NOTHING_NOTICED | {"refresher_accepted": "yes"}
NOT_COMPLETED = {"kind": "time", "time": "fully_booked"}

#: What somebody types where as the page stands would change nothing.
ANSWERS = {
    "accounts:telephone": lambda _: {"telephone": "07700 900123"},
    "operations:alarm_close": lambda _: {"spoke_to": "The lead, by phone", "found": "All well"},
    "operations:call_correct": lambda _: {"number": "999", "reason": "Misheard"},
    "operations:call_match": lambda made: {"visit": made["under_way"].number},
    "operations:call_unmatch": lambda _: {"reason": "The hotel next door"},
    "operations:concern_give": lambda made: {"to": lead(made).pk},
    "operations:concern_close": lambda _: {"result": "nothing", "came_of_it": "A family"},
    "operations:concern_reopen": lambda _: {"reason": "They came back"},
    "operations:start_allow": lambda _: {"without": "told", "reason": "The line is down"},
    "operations:visit_start": lambda _: {"told": "on"},
    "accounts:access_request_decide": lambda _: {"decision": "give"},
    "operations:cadet_edit": lambda _: day("consented_on", timezone.localdate()),
    "operations:follow_up_book": lambda _: day("on", timezone.localdate() + dt.timedelta(days=9)),
    "operations:follow_up_decline": lambda _: {"reason": "They train their own."},
    "operations:follow_up_reopen": lambda _: {"reason": "They want it after all"},
    "operations:follow_up_hand_over": lambda _: {"to": colleague().pk},
    "operations:hand_over_all": lambda _: {"follow_ups": colleague().pk},
    "operations:not_completed_correct": lambda _: NOT_COMPLETED | {"why": "Wrong", "notes": "Full"},
    "operations:operation_edit": lambda _: {"notes": "Other."},
    "operations:drawn_replace": lambda _: {"reason": "Shut for good"},
    "operations:operation_venues": lambda made: {
        "add": "1",
        "venues": made["other"].pk,
        "selection": "priority",
    },
    "operations:outcome_add": lambda _: FACTS,
    "operations:outcome_correct": lambda _: {"reason": "Wrong", "notes": "more"},
    "operations:operation_submit": lambda _: {
        "venues_at_most": "4",
        "risk_assessment": "RA/1",
        "equality_check": "EIA/1",
        **day("risk_assessed_on", timezone.localdate()),
        **day("equality_checked_on", timezone.localdate()),
    },
    "operations:operation_withdraw": lambda _: {"reason": "Too soon"},
    "operations:authorise": lambda _: {"considered": "none_needed", "rationale": "Fair"},
    "operations:authority_refuse": lambda _: {"rationale": "Too many"},
    "operations:proposal_ask": lambda made: to_propose(made),
    "operations:sheet_send": lambda made: to_the_control_room(made["planned"]),
    "operations:visit_cancel": lambda _: {"reason": "Needed elsewhere"},
    "operations:visit_edit": lambda _: {"starts_at": "18:00", "ends_at": "19:00"},
    "operations:visit_end": lambda _: {"reason": "Phone lost"},
    "operations:visit_not_completed": lambda _: NOT_COMPLETED,
    "reports:subject_access": lambda made: {
        "subject": "cadet",
        "identifier": made["cadet"].reference,
        "reason": "Request 7",
    },
    "venues:contact_edit": lambda _: {"job_title": "Manager"},
    "venues:training_edit": lambda _: {"attended": "7", "reason": "Miscounted"},
    "venues:training_remove": lambda _: {"reason": "Twice"},
    "venues:venue_close": lambda _: {"reason": "Shut", **day("on", timezone.localdate())},
    "venues:venue_edit": lambda _: {"name": "Otherstay"},
    "venues:venue_merge": lambda made: {"keep": made["other"].pk},
    "venues:venue_reopen": lambda _: {"reason": "Not shut", **day("on", timezone.localdate())},
}


def visit(made, factory=factories.VisitFactory, **fields):
    unit = made["venue"].local_authority.command_unit
    officer = factories.UserFactory(role=Role.VISITING_OFFICER, units=[unit])
    made["people"][Role.VISITING_OFFICER] = officer
    about = {"operation": made["operation"], "venue": made["venue"], "officer": officer}
    return factory(**about | fields)


def own(made, factory):
    operation = factory(created_by=made["people"][Role.PLANNER])
    factories.OperationVenueFactory(operation=operation, venue=made["venue"])
    return operation


def asked(made):
    unit = made["venue"].local_authority.command_unit
    operation = own(made, factories.DraftOperationFactory)
    row = factories.AuthorisationFactory(operation=operation, units=[unit.pk], venues_at_most=4)
    operation.state = "submitted"
    operation.save()
    return row


def propose(made, **fields):
    planner = made["people"][Role.PLANNER]
    chosen = factories.OperationVenueFactory(operation=made["operation"], venue=made["other"])
    return factories.ProposalFactory(asked_by=planner, chosen=chosen, **fields)


def difference(made):
    unit = made["venue"].local_authority.command_unit
    factories.LocalAuthorityFactory(name="Southmoor", fhrs_code="977", command_unit=unit)
    brings = factories.UserFactory(role=Role.PLANNER, units=[factories.CommandUnitFactory()])
    return bring(xml(hotel(1, "Lantern", code="977", authority="Southmoor")), by=brings)


def access_request(made):
    lead, about = made["people"][Role.CSE_LEAD], made["access_request"].person
    lead.whole_force, about.email = True, made["access_request"].address
    lead.save()
    about.save()
    return made["access_request"]


#: What the page has to be about where that of the world is not at this stage.
STAGES = {
    "operations:alarm_take": lambda made: made["alarm"],
    "operations:call_match": lambda made: made["call"],
    "operations:call_concern": lambda made: made["call"],
    "operations:concern_take": lambda made: made["concern_call"],
    "accounts:access_request_decide": access_request,
    "operations:follow_up_reopen": lambda made: factories.FollowUpFactory(
        visit=visit(made, factories.RefresherNeededVisitFactory), state=FollowUpState.DECLINED
    ),
    "operations:not_completed_correct": lambda m: visit(m, factories.NotCompletedVisitFactory),
    "operations:operation_submit": lambda made: own(made, factories.DraftOperationFactory),
    "operations:operation_withdraw": lambda made: own(made, factories.SubmittedOperationFactory),
    "operations:operation_close": lambda made: own(made, factories.OperationFactory),
    "operations:operation_publish": lambda made: own(made, factories.AuthorisedOperationFactory),
    "operations:authorise": lambda made: asked(made),
    "operations:authority_refuse": lambda made: asked(made),
    "operations:visit_edit": lambda made: visit(
        made, starts_at=timezone.now() + dt.timedelta(days=2)
    ),
    "operations:visit_start": lambda made: visit(made, venue=made["other"]),
    "operations:cadet_withdraw": lambda made: factories.CadetMemberFactory(
        visit=visit(made, venue=made["other"])
    ),
    "operations:answer_seen_to": lambda made: made["answer"],
    "operations:draw_now": lambda made: made["plan"],
    "operations:proposal_stop": lambda made: propose(made, state="working"),
    "operations:proposal_take": lambda made: propose(made),
    "venues:import_accept": difference,
    "venues:import_keep": difference,
    "venues:venue_reopen": lambda made: factories.VenueFactory(
        local_authority=made["venue"].local_authority,
        closed_on=timezone.localdate(),
        closed_reason="Shut",
    ),
}

ABOUT = {
    name: (about, ours)
    for name, about, ours, _ in rows()
    if name in {n for n, v in pages() if takes_forms(v)}
    and ({200, 405} & set(ours) or name in STAGES)
    and name not in CREATES
    and not name.startswith(("account_", "mfa_", "usersessions_"))
    and name != "accounts:undo"
}


def changing(name, world):
    people, made = world
    made |= {
        "people": people,
        "other": factories.VenueFactory(local_authority=made["venue"].local_authority),
    }
    about, codes = ABOUT[name]
    if name in STAGES:
        made[about.partition("/")[0]] = STAGES[name](made)
    role = next(r for r, c in zip(ROLES, codes, strict=True) if c in (200, 302, 405))
    client = Client()
    client.force_login(people[role])
    url = address(name, about, made)
    if name == "venues:venue_merge":
        url += f"?other={made['other'].pk}"
    return Post(client, url, as_shown(client, url) | ANSWERS.get(name, lambda _: {})(made))


def as_shown(client, url):
    page = client.get(url)
    if page.status_code == 302 and page.url.startswith("/"):  # a button of another page
        here = page.url.partition("?")[0]
        is_there = f'action="{url}"' in client.get(here).text
        answers = button(client, here, url) if is_there else {}
        answers.pop("submission_token", None)
        return answers
    is_page = page.status_code == 200 and page["Content-Type"].startswith("text/html")
    answers = Form(page.text).sent if is_page else {}
    answers.pop("submission_token", None)
    return answers


# Coming in and going out --------------------------------------------------------------------------

PASSWORDS = dict.fromkeys(["password1", "password2"], "quiet-otter-lamp")


def person():
    one = factories.UserFactory(role=Role.PLANNER, username="petra", email="petra@police.example")
    one.set_password(factories.PASSWORD)
    one.save()
    return one


def with_second_step():
    one = person()
    secret = SecondFactorAdapter().encrypt(SECRET)
    Authenticator.objects.create(user=one, type="totp", data={"secret": secret})
    RecoveryCodes.activate(one)
    return one


def code(secret=SECRET):
    return {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))}


def with_passkey():
    one = with_second_step()
    factories.PasskeyFactory(user=one)
    return one


def signed_in(name, answers=None, *, as_=with_passkey):
    """A post of somebody who has an app, a passkey and recovery codes, unless said otherwise."""
    client = Client()
    one = as_()
    client.force_login(one)
    keys = one.authenticator_set.filter(type="webauthn").values_list("pk", flat=True)
    args = keys if name.endswith("_webauthn") else []
    return Post(client, reverse(name, args=args), answers or {})


def after_the_password(name, answers=None, *, of=person):
    client = Client()
    client.post(reverse("account_login"), {"login": of().username, "password": factories.PASSWORD})
    return Post(client, reverse(name), answers or {})


def login():
    answers = {"login": person().username, "password": factories.PASSWORD}
    return Post(Client(), reverse("account_login"), answers)


def forgotten():
    return Post(Client(), reverse("account_reset_password"), {"email": person().email})


def reset_from_key():
    client = Client()
    link = re.search(r"localhost:8000(\S+)", invitations.compose(person()).body)[1]
    return Post(client, client.get(link, follow=True).request["PATH_INFO"], PASSWORDS)


def change_password():
    answers = {"oldpassword": factories.PASSWORD} | PASSWORDS
    return after_the_password("account_change_password", answers)


def activate_totp():
    post = after_the_password("mfa_activate_totp")
    return post._replace(answers=code(post.client.get(post.url).context["form"].secret))


def end_other_sessions():
    post = login()
    post.client.post(post.url, post.answers)
    Client().post(post.url, post.answers)
    return Post(post.client, reverse("usersessions_list"), {})


def undo():
    post = making("venues:venue_add")
    post.client.post(post.url, post.answers)
    return Post(post.client, reverse("accounts:undo", args=[Undo.objects.get().number]), {})


OF_ONESELF = {
    "account_login": login,
    "account_logout": lambda: signed_in("account_logout"),
    "account_reset_password": forgotten,
    "account_reset_password_from_key": reset_from_key,
    "account_change_password": change_password,
    "account_reauthenticate": lambda: signed_in(
        "account_reauthenticate", {"password": factories.PASSWORD}
    ),
    "mfa_authenticate": lambda: after_the_password("mfa_authenticate", code(), of=with_second_step),
    "mfa_reauthenticate": lambda: signed_in("mfa_reauthenticate", code()),
    "mfa_activate_totp": activate_totp,
    "mfa_deactivate_totp": lambda: signed_in("mfa_deactivate_totp"),
    "mfa_generate_recovery_codes": lambda: signed_in("mfa_generate_recovery_codes"),
    "mfa_edit_webauthn": lambda: signed_in("mfa_edit_webauthn", {"name": "Phone"}),
    "mfa_remove_webauthn": lambda: signed_in("mfa_remove_webauthn"),
    "usersessions_list": end_other_sessions,
    "accounts:undo": undo,
}

# The administration -------------------------------------------------------------------------------


def administering(page, *args, **answers):
    client, _ = sign_in(Role.ADMINISTRATOR)
    url = reverse(f"admin:{page}", args=args)
    return Post(client, url, as_shown(client, url) | answers)


def with_account_elsewhere():
    one = person()
    SocialAccount.objects.create(user=one, provider="force", uid="7")
    return one


def action(name, *, on=person):
    chosen = {ACTION_CHECKBOX_NAME: on().pk}
    return administering("accounts_user_changelist", action=name, **chosen)


def changed(factory, **answers):
    meta = factory._meta.model._meta
    return administering(f"{meta.app_label}_{meta.model_name}_change", factory().pk, **answers)


ADMINISTRATION = {
    "person": lambda: changed(factories.UserFactory, last_name="Otherwise"),
    "command unit": lambda: changed(factories.CommandUnitFactory, name="Otherwise"),
    "force": lambda: changed(factories.ForceFactory, name="Otherwise"),
    "local authority": lambda: changed(factories.LocalAuthorityFactory, name="Otherwise"),
    "venue group": lambda: changed(factories.VenueGroupFactory, name="Otherwise"),
    "send a link": lambda: action("send_link"),
    "remove second steps": lambda: action("remove_second_factors", on=with_second_step),
    "let another account in": lambda: action("unlink", on=with_account_elsewhere),
}

# All of them --------------------------------------------------------------------------------------

NAMES = [*CREATES, *ABOUT, *OF_ONESELF, *ADMINISTRATION]
#: Parametrizes a test with the name of every post, and has it made ready (:func:`post`).
EACH_POST = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def post(name, request):
    """The post called ``name``, ready to be sent."""
    if name in CREATES:
        return making(name)
    if name in ABOUT:
        return changing(name, request.getfixturevalue("world"))
    return (OF_ONESELF | ADMINISTRATION)[name]()
