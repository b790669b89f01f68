"""What tests of the outbox share."""

import pytest

from config import mail
from tests.operations.workers import Place
from tests.outbox import notify_stub
from tests.outbox.mail_server import mail_server


def send_to(settings, url):
    """Let the outbox hand over to the mail server at ``url``, as the settings would."""
    settings.OUTBOX_CHANNEL = "outbox.smtp.Smtp"
    for name, value in mail.server(url).items():
        setattr(settings, name, value)


@pytest.fixture
def smtp(settings):
    """A mail server that the outbox sends to."""
    with mail_server() as server:
        send_to(settings, f"smtp://127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def place(db, tmp_path):
    """Where real workers do the work of a test (mark it ``django_db(transaction=True)``)."""
    place = Place(tmp_path)
    yield place
    place.close()


def send_texts_to(settings, stub):
    """Let the outbox hand texts over to this Notify, as the settings would."""
    settings.NOTIFY_API_KEY = notify_stub.API_KEY
    settings.NOTIFY_TEMPLATE = notify_stub.TEMPLATE
    settings.NOTIFY_URL = stub.url
