"""Mail as files: whole or not there, once for each Message-ID."""

import datetime as dt
import os

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import override_settings
from django.utils import timezone

from outbox import folder as mail_folder


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MAIL_DIR = tmp_path / "mail"
    settings.OUTBOX_CHANNEL = "outbox.folder.MailFolder"
    return settings.MAIL_DIR


def message(**changes):
    usual = {
        "subject": "Ein Gruß",
        "body": "Hello & goodbye\n",
        "from_email": "Makesafe team <makesafe@police.example>",
        "to": ["a@hotel.example"],
        "headers": {"Message-ID": "<1234-abcd@police.example>"},
        "connection": get_connection("outbox.folder.MailFolder"),
    }
    return EmailMultiAlternatives(**usual | changes)


def test_a_message_can_be_read_back():
    assert message().send() == 1
    (name,) = mail_folder.names()
    kept = mail_folder.read(name)
    assert name == "1234-abcd"
    assert (kept.subject, kept.text) == ("Ein Gruß", "Hello & goodbye\n")
    assert kept.sender == "Makesafe team <makesafe@police.example>"
    assert abs(timezone.now() - kept.sent_at) < dt.timedelta(minutes=1)


def test_a_message_handed_over_again_replaces_its_file():
    message().send()
    message(body="The same, after a crash\n").send()
    (name,) = mail_folder.names()
    assert mail_folder.read(name).text == "The same, after a crash\n"


def test_the_envelope_is_kept_though_the_header_hides_it():
    hidden = {"Message-ID": "<1@x>", "To": "undisclosed-recipients:;"}
    message(to=[], bcc=["a@hotel.example", "b@hotel.example"], headers=hidden).send()
    assert mail_folder.read("1").recipients == "a@hotel.example, b@hotel.example"


def test_a_message_to_nobody_is_not_kept():
    assert get_connection("outbox.folder.MailFolder").send_messages([message(to=[])]) == 0
    assert mail_folder.names() == []


def test_a_message_that_was_cut_off_is_not_there_and_its_repeat_clears_it_away(folder, monkeypatch):
    def power_cut(file):
        raise OSError("power cut")

    with monkeypatch.context() as cut:
        cut.setattr(os, "fsync", power_cut)
        with pytest.raises(OSError, match="power cut"):
            message().send()
    assert len(list(folder.iterdir())) == 1
    assert mail_folder.names() == []
    message().send()
    assert [file.name for file in folder.iterdir()] == ["1234-abcd.eml"]


def test_the_newest_comes_first():
    for number in range(3):
        message(headers={"Message-ID": f"<{number}@police.example>"}).send()
    assert mail_folder.names() == ["2", "1", "0"]


@pytest.mark.parametrize(
    "message_id", ["<../../etc/passwd@x>", "<a/b@x>", "<.hidden@x>", "<%2e@x>"]
)
def test_no_message_id_leads_out_of_the_folder_or_out_of_sight(message_id, folder):
    message(headers={"Message-ID": message_id}).send()
    assert len(list(folder.iterdir())) == len(mail_folder.names()) == 1
    assert mail_folder.read(mail_folder.names()[0]).subject == "Ein Gruß"


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", ".1234-abcd.eml", "none", "", ".", "x" * 300]
)
def test_only_messages_of_the_folder_are_read(name, folder):
    message().send()
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")
    with pytest.raises(FileNotFoundError):
        mail_folder.read(name)


def test_the_folder_is_for_its_owner_only(folder):
    message().send()
    assert folder.stat().st_mode & 0o077 == 0


def test_a_message_without_an_id_gets_one():
    message(headers={}).send()
    message(headers={}).send()
    assert len(mail_folder.names()) == 2


@override_settings(DEMO=False)
def test_the_folder_is_shown_in_the_demonstration_only():
    assert not mail_folder.is_shown()
