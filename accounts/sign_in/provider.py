"""The force's identity provider: how it is asked, and how its answers are read."""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse

#: What its description of itself must name.
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")

#: What is asked of its answers about a person, beside the groups.
CLAIMS = (
    "sub",
    "auth_time",
    "email",
    "email_verified",
    "preferred_username",
    "name",
    "given_name",
    "family_name",
)


class OddAnswerError(OAuth2Error):
    """The provider answered with something that is not in its standard."""


#: The provider is at fault: it can't be reached, is too slow, says so itself, or talks nonsense.
FAULTS_OF_THE_PROVIDER = (requests.RequestException, OddAnswerError)


class Adapter(OpenIDConnectOAuth2Adapter):
    """The conversation of one sign-in with the provider."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself."""
        with _read_with_care():
            found = dict(super().openid_config)
        if missing := [name for name in NEEDED if not isinstance(found.get(name), str)]:
            raise OddAnswerError(f"The provider does not say its {', '.join(missing)}")
        return found

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> Any:
        """The tokens for the code that the person brought."""
        with _read_with_care():
            return super().get_access_token_data(*args, **kwargs)

    def parse_token(self, data: Any) -> Any:
        """The token among them."""
        with _read_with_care():
            return super().parse_token(data)  # type: ignore[no-untyped-call]  # allauth's

    def complete_login(self, *args: Any, **kwargs: Any) -> Any:
        """Who it is."""
        with _read_with_care():
            login = super().complete_login(*args, **kwargs)
            told = login.account.extra_data
            # The standard asks for it: else one person's tokens could bring another's details.
            if len({answer["sub"] for answer in told.values()}) != 1:
                raise OddAnswerError("The provider's two answers are about different subjects")
            login.account.extra_data = {name: _kept(answer) for name, answer in told.items()}
            return login

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends people back to: not what a request calls this site."""
        path = reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id})
        return f"{settings.SITE_URL}{path}"


def _kept(answer: dict[str, Any]) -> dict[str, Any]:
    """The claims that are of use here, in characters that a database takes; no others are kept."""
    used = (*CLAIMS, settings.OIDC_GROUPS_CLAIM)
    return {claim: _plain(answer[claim]) for claim in used if claim in answer}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(c if c.isprintable() else " " for c in value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float | None) else None


@contextlib.contextmanager
def _read_with_care() -> Iterator[None]:
    try:
        yield
    except requests.RequestException:  # some are ValueErrors too
        raise
    # The last is how allauth calls a subject that is longer than its column.
    except (AttributeError, KeyError, TypeError, ValueError, ImproperlyConfigured) as error:
        raise OddAnswerError("The provider's answer has another form than its standard") from error


def refuse_faults(response: requests.Response, **_: Any) -> None:
    """A hook of requests: an answer of 500 or more is a fault of the provider, whatever it says.

    Raises:
        requests.HTTPError: it is one.

    """
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        response.raise_for_status()
