"""The mail server that EMAIL_URL names."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import mail

URL = "://web:p%40ss%2Fword@mail.police.example"


@pytest.mark.parametrize(
    ("scheme", "port", "tls", "ssl"),
    [
        ("smtp", 25, False, False),
        ("smtp+tls", 587, True, False),
        ("smtps", 465, False, True),
        ("smtp+ssl", 465, False, True),
    ],
)
def test_each_scheme_means_what_its_name_says(scheme, port, tls, ssl):
    assert mail.server(scheme + URL) == {
        "EMAIL_HOST": "mail.police.example",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "web",
        "EMAIL_HOST_PASSWORD": "p@ss/word",
        "EMAIL_USE_TLS": tls,
        "EMAIL_USE_SSL": ssl,
    }


def test_a_port_that_is_given_is_taken():
    assert mail.server("smtps://mail.police.example:2465")["EMAIL_PORT"] == 2465


@pytest.mark.parametrize(
    "url",
    [
        f"http{URL}",
        f"consolemail{URL}",
        f"smtp+starttls{URL}",
        "mail.police.example",
        "smtp://",
        f"smtp{URL}/path",
        f"smtp{URL}?tls=1",
        f"smtp+tls{URL}:port",
        "smtp+tls://web:p#ss@mail.police.example",
        "smtp+tls://web:p[ss@mail.police.example",
    ],
)
def test_what_names_no_mail_server_is_refused_with_the_ways_and_without_the_password(url):
    with pytest.raises(ImproperlyConfigured) as refused:
        mail.server(url)
    said = str(refused.value)
    assert "smtp+tls://USER:PASSWORD@HOST:587" in said
    assert "smtps://" in said
    assert "p%40ss" not in said
    assert "ss@" not in said
