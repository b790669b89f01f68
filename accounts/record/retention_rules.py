"""Retention rules of accounts, messages, histories and ended sessions.

An account that was closed long ago keeps its row, since acts point to it, and loses all that tells
whose it was. The history of a record goes once it is older than the settings say, with the reasons
and addresses in it.
"""

import datetime as dt
from typing import Any

import pghistory
import pgtrigger
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from accounts.access.requests import AccessRequest
from accounts.acts.models import Undo
from accounts.dates.london import midnight
from accounts.models import User
from accounts.record.retention import (
    BATCH,
    ERASED,
    READS,
    SUBMISSIONS,
    Rule,
    forget,
    forget_purposes,
    nobody,
)
from outbox.models import Message

#: Before the key of an account that has lost its name.
NAMELESS = "left-"


def erase_leavers(before: dt.date, on: dt.date) -> list[int]:
    """Erase who they were whose account was closed before the day ``before``."""
    events: Any = User.pgh_event_model  # type: ignore[attr-defined]  # made by tracked()
    since = events.objects.filter(pgh_obj=OuterRef("pk"), pgh_created_at__gte=midnight(before))
    left = (
        User.objects.filter(is_active=False, date_joined__lt=midnight(before))
        .exclude(last_login__gte=midnight(before))
        .exclude(username__startswith=NAMELESS)
        .exclude(pk=nobody().pk)
        .exclude(Exists(since))
    )
    keys = list(left.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession, LogEntry):
        model._base_manager.filter(user__in=keys).delete()
    with pgtrigger.ignore():  # the history of it would tell the name
        for key in keys:
            AccessRequest.objects.filter(person=key).update(address=f"{NAMELESS}{key}@invalid")
            User.objects.filter(pk=key).update(
                username=f"{NAMELESS}{key}",
                first_name="Name",
                last_name=ERASED.lower(),
                email=f"{NAMELESS}{key}@invalid",
                password="!",  # noqa: S106  # fits nothing
                is_staff=False,
            )
    forget(events.objects.filter(pgh_obj__in=keys), rule=LEAVERS.what)
    asked: Any = AccessRequest.pgh_event_model  # type: ignore[attr-defined]
    forget(asked.objects.filter(person__in=keys), rule=LEAVERS.what)
    forget_purposes("accounts.user", keys, rule=LEAVERS.what)
    return keys


def erase_history(before: dt.date, on: dt.date) -> list[int]:
    """Erase entries of the history of any record that are from before the day ``before``."""
    for model in pghistory.core.event_models():
        entries = model._base_manager.all()
        old = entries.filter(pgh_created_at__lt=midnight(before)).order_by("pgh_id")
        if keys := list(old.values_list("pgh_id", flat=True)[:BATCH]):
            forget(entries.filter(pgh_id__in=keys), rule=HISTORY.what)
            return keys
    return []


def end_sessions(before: dt.date, on: dt.date) -> list[int]:
    """Erase sessions that were over before today, what is known of their devices, and offers that
    have ended.
    """
    Session.objects.filter(expire_date__lt=midnight(on)).delete()
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.exclude(Exists(there)).delete()
    Undo.objects.filter(until__lt=midnight(before)).delete()
    LogEntry.objects.filter(action_time__lt=midnight(before)).delete()
    return []  # bookkeeping: no entry of the record says that it went


def erase_readers(before: dt.date, on: dt.date) -> list[int]:
    """Erase to whom messages went that were settled before the day ``before``."""
    old = Message.objects.filter(settled_at__lt=midnight(before)).exclude(address="")
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    with pgtrigger.ignore():  # the rule that a settled message never changes
        Message.objects.filter(pk__in=keys).update(address="", about="", answer="")
    return keys


LEAVERS = Rule(
    what="accounts.User",
    says="Accounts that were closed long ago lose the name and the ways in; the row stays",
    erase=erase_leavers,
    fields=frozenset(
        {
            *("accounts.User.username", "accounts.User.first_name", "accounts.User.last_name"),
            *("accounts.User.email", "accounts.User.password"),
            *("account.EmailAddress.email", "mfa.Authenticator.data"),
            *("socialaccount.SocialAccount.uid", "socialaccount.SocialAccount.extra_data"),
            *("socialaccount.SocialAccount.provider", "accounts.AccessRequest.address"),
        }
    ),
)
MESSAGES = Rule(
    what="outbox.Message",
    says="Messages lose to whom they went; that they were sent stays",
    erase=erase_readers,
    fields=frozenset(f"outbox.Message.{name}" for name in ("address", "about", "answer")),
)
HISTORY = Rule(
    what="pghistory.Event",
    says="The history of records is kept for the time that the settings say",
    erase=erase_history,
)
SESSIONS = Rule(
    what="sessions.Session",
    says="Sessions that are over are erased",
    erase=end_sessions,
    fields=frozenset(
        {
            *("sessions.Session.session_key", "sessions.Session.session_data"),
            *("usersessions.UserSession.session_key", "usersessions.UserSession.user_agent"),
            *("usersessions.UserSession.ip", "usersessions.UserSession.data"),
            *("accounts.Undo.says", "accounts.Undo.act", "accounts.Undo.entries"),
            *("admin.LogEntry.object_id", "admin.LogEntry.object_repr"),
            "admin.LogEntry.change_message",
        }
    ),
)


RULES = (READS, SUBMISSIONS, LEAVERS, MESSAGES, HISTORY, SESSIONS)
