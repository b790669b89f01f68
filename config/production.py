"""Checks of settings before an installation holds real data. Pure: told all, reads nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import mail

SHORTEST_KEY = 50  # characters
FEWEST_DIFFERENT = 10  # characters: fewer is a word or a pattern, not chance
NOT_SECRET = ("django-insecure-", "only-for-the-demonstration")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
#: Domains of which nobody gets mail, or everybody (RFC 2606).
NOBODYS = ("example.com", "example.net", "example.org", "localhost", "invalid")
THIS_MACHINE = ("127.0.0.1", "::1", "localhost")

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOTIFY_KEY = re.compile(f"{_UUID.pattern}-{_UUID.pattern}$")
_NEW_KEY = (
    "Set it to what this prints: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
)


@dataclass(frozen=True)
class Provider:
    """The identity provider of single sign-on, as the settings have it."""

    server_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Texts:
    """GOV.UK Notify, as the settings have it."""

    api_key: str = ""
    template: str = ""
    url: str = ""


def refuse(problems: Iterable[str]) -> None:
    """Stop the start, if there is a problem, and tell of all of them on one line.

    Raises:
        ImproperlyConfigured: with the sentences that say what to set.

    """
    told = list(problems)
    if len(told) == 1:
        raise ImproperlyConfigured(told[0])
    if told:
        listed = " ".join(f"({n}) {problem}" for n, problem in enumerate(told, 1))
        raise ImproperlyConfigured(f"{len(told)} settings must be put right. {listed}")


def unsafe(
    *,
    secret_key: str,
    earlier_keys: Iterable[str],
    debug: bool,
    allowed_hosts: Sequence[str],
    site_url: str,
    databases: Mapping[str, str],
    redis_url: str,
    email_url: str,
    sender: str,
    texts: Texts,
    provider: Provider,
    common_passwords: str,
) -> Iterator[str]:
    """What keeps an installation that is not the demonstration from being safe, one by one.

    Args:
        secret_key: The key in use.
        earlier_keys: Those before it that are still accepted.
        debug: Whether Django's pages for developers are on.
        allowed_hosts: The names that the site answers to.
        site_url: The address that people type.
        databases: Variable → the address of a database; the first is the one in use.
        redis_url: The address of the broker.
        email_url: The address of the mail server.
        sender: Whom messages come from.
        texts: GOV.UK Notify, if texts are sent.
        provider: The identity provider, if there is one.
        common_passwords: The file of passwords to refuse, if there is one.

    """
    if debug:
        yield (
            "DEBUG shows data and settings to anybody who meets an error. Remove it from the "
            "environment (or set DEMO=1 for the demonstration)."
        )
    if not secret_key:
        yield f"Set SECRET_KEY (or DEMO=1 for the demonstration). {_NEW_KEY}"
    for key in filter(None, (secret_key, *earlier_keys)):
        yield from _faults_of_key(key)
    yield from _faults_of_site(allowed_hosts, site_url)
    yield from _faults_of_databases(databases)
    yield from _faults_of_redis(redis_url)
    yield from _faults_of_mail(email_url, sender)
    yield from _faults_of_texts(texts)
    yield from _faults_of_provider(provider)
    if common_passwords and not _is_readable(Path(common_passwords)):
        yield (
            "COMMON_PASSWORDS_FILE names no file that this account may read. Set it to a file with "
            "a password a line, or remove it."
        )


def level(said: str) -> str:
    """The level of logs that is meant; nothing where none has that name."""
    return said.upper() if said.upper() in LEVELS else ""


def sends_in_plain(email_url: str) -> bool:
    """Whether messages, and the password of the mail server, travel unprotected."""
    return urlsplit(email_url).scheme == "smtp"


def travels_in_plain(url: str) -> bool:
    """Whether what goes to this database or broker on another host may travel unprotected.

    PostgreSQL takes TLS for certain only where the address asks for it (``sslmode=require`` and
    above); a socket of this machine needs none.
    """
    address = _parsed(url)
    if address is None or not address.hostname or address.hostname in THIS_MACHINE:
        return False
    if address.scheme in ("postgres", "postgresql"):
        [asked] = parse_qs(address.query).get("sslmode", [""])[-1:]
        return not unquote(address.hostname).startswith("/") and asked not in _WITH_TLS
    return address.scheme == "redis"


_WITH_TLS = ("require", "verify-ca", "verify-full")


def _faults_of_key(key: str) -> Iterator[str]:
    if key.startswith(NOT_SECRET):
        yield f"SECRET_KEY is an example that others know. {_NEW_KEY}"
    elif len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_DIFFERENT:
        yield (
            f"SECRET_KEY is too easy to guess: it needs {SHORTEST_KEY} characters by chance. "
            f"{_NEW_KEY}"
        )


def _faults_of_site(allowed_hosts: Sequence[str], site_url: str) -> Iterator[str]:
    if not allowed_hosts:
        yield "Set ALLOWED_HOSTS to the host names that the site answers to."
    for host in allowed_hosts:
        if "*" in host or host.startswith("."):
            yield (
                f"ALLOWED_HOSTS holds {host!r}, which answers to names that others choose. "
                "Set it to each host name in full."
            )
    address = _parsed(site_url)
    if address is None or address.scheme != "https":
        yield (
            f"SITE_URL is {site_url!r}: sign-ins would travel unprotected. Set it to the https "
            "address that people type."
        )
    elif address.path.strip("/") or address.query or address.fragment or "@" in address.netloc:
        yield f"SITE_URL is {site_url!r}. Set it to https:// and the host name, nothing after it."
    elif address.hostname not in allowed_hosts:
        yield (
            f"SITE_URL names the host {address.hostname!r}, which the site would not answer to. "
            "Add it to ALLOWED_HOSTS."
        )


def _faults_of_databases(databases: Mapping[str, str]) -> Iterator[str]:
    users: dict[str, str] = {}
    for variable, url in databases.items():
        address = _parsed(url)
        right = f"Set it to postgres://USER:PASSWORD@HOST:PORT/NAME, for this: {_WHOSE[variable]}."
        if not url:
            yield f"{variable} is not set. {right}"
        elif address is None:
            yield (
                f"{variable} can't be read. Is a character of the password not written as %XX? "
                f"{right}"
            )
        elif address.scheme not in ("postgres", "postgresql"):
            yield f"{variable} begins with {address.scheme!r}, and only PostgreSQL will do. {right}"
        elif not address.username or not address.path.strip("/"):
            yield f"{variable} names no user or no database. {right}"
        elif address.username in users:
            yield (
                f"{variable} and {users[address.username]} have the same user. The owner of the "
                "tables and the role that pages work as are two. See docs/operators.md."
            )
        else:
            users[address.username] = variable


_WHOSE = {
    "DATABASE_URL": "web, worker and beat work as makesafe_web",
    "OWNER_DATABASE_URL": "with AS_OWNER=1, worker and manage.py work as the tables' owner",
}


def _faults_of_redis(url: str) -> Iterator[str]:
    address = _parsed(url)
    right = "Set it to redis://:PASSWORD@HOST:PORT/0, or rediss:// with TLS."
    if not url:
        yield f"REDIS_URL is not set. {right}"
    elif address is None or address.scheme not in ("redis", "rediss") or not address.hostname:
        yield f"REDIS_URL can't be read. {right}"
    elif address.path.strip("/") and not address.path.strip("/").isdigit():
        yield f"REDIS_URL ends in {address.path!r}, which is the number of no database. {right}"


def _faults_of_mail(url: str, sender: str) -> Iterator[str]:
    if not url:
        yield (
            "EMAIL_URL is not set: invitations and links would stay in a folder. Set it to "
            "smtp+tls://USER:PASSWORD@HOST:587, or smtps://USER:PASSWORD@HOST:465."
        )
    else:
        try:
            mail.server(url)
        except ImproperlyConfigured as error:
            yield str(error)
        else:
            if sends_in_plain(url) and urlsplit(url).hostname not in THIS_MACHINE:
                yield (
                    "EMAIL_URL is plain SMTP: links to set a password would travel unprotected. "
                    "Set it to smtp+tls:// or smtps://."
                )
    address = parseaddr(sender)[1]
    domain = address.rpartition("@")[2].lower()
    if "@" not in address or any(domain == no or domain.endswith(f".{no}") for no in NOBODYS):
        yield (
            f"DEFAULT_FROM_EMAIL is {sender!r}, which nobody can answer. Set it to an address of "
            "your force, like: Makesafe team <makesafe@YOUR-FORCE.police.uk>."
        )


def _faults_of_texts(texts: Texts) -> Iterator[str]:
    if not (texts.api_key or texts.template):
        return
    if not _NOTIFY_KEY.search(texts.api_key):
        yield (
            "NOTIFY_API_KEY is no key of GOV.UK Notify, which ends in two long numbers of letters "
            "and figures. Copy it from Notify's page “API keys”, or remove NOTIFY_TEMPLATE too."
        )
    if not _UUID.fullmatch(texts.template):
        yield (
            "NOTIFY_TEMPLATE is no template of GOV.UK Notify. Set it to the ID of a text message "
            "template whose words are ((text))."
        )
    address = _parsed(texts.url)
    if not (
        address
        and address.hostname
        and (address.scheme == "https" or address.hostname in THIS_MACHINE)
    ):
        yield "NOTIFY_URL must begin with https://. Remove it for GOV.UK Notify's own address."


def _faults_of_provider(provider: Provider) -> Iterator[str]:
    if not provider.server_url:
        if provider.client_id or provider.client_secret or provider.roles or provider.units:
            yield (
                "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ROLES or OIDC_UNITS is set without "
                "OIDC_SERVER_URL."
            )
        return
    address = _parsed(provider.server_url)
    if address is None or address.scheme != "https" or not address.hostname:
        yield (
            f"OIDC_SERVER_URL is {provider.server_url!r}: anybody on the way could say who signs "
            "in. Set it to the provider's https address."
        )
    for variable, value in (
        ("OIDC_CLIENT_ID", provider.client_id),
        ("OIDC_CLIENT_SECRET", provider.client_secret),
    ):
        if not value:
            yield f"{variable} is not set: the provider would refuse everybody. It gives you one."
    if not provider.roles:
        yield "OIDC_ROLES is not set: nobody would have a role. Set it to groups and roles."
    if not provider.units:
        yield (
            "OIDC_UNITS is not set: each sign-in would take all command units away. Set it to "
            "groups and codes of command units, * for the whole force."
        )


def _is_readable(file: Path) -> bool:
    """Whether this account can read it: it is read when somebody sets a password."""
    try:
        file.open("rb").close()
    except OSError:
        return False
    return file.is_file()


def _parsed(url: str) -> SplitResult | None:
    """The address, where it can be read, its port included."""
    try:
        address = urlsplit(url)
        address.port  # noqa: B018 (it is read only here)
    except ValueError:
        return None
    return address
