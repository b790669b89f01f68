"""Passkeys: how one is added, named, and taken as the answer of a device."""

import struct
from typing import Any

from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms

from accounts.sign_in.forms import AllauthForm
from accounts.sign_in.once import use_up

#: What reading a device's answer can raise: its numbers, bytes and brackets are whoever sent it's.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)

NOT_ACCEPTED = "This passkey was not accepted. Nothing has changed. Try again, or use another way."


class DevicesAnswer(forms.Form):
    """Mix into a form that takes a device's answer to a challenge, which then answers no other."""

    def full_clean(self) -> None:
        """Use the challenge up before the answer to it is looked at, and refuse what is none."""
        challenge = (webauthn.get_state() or {}).get("challenge") if self.is_bound else None
        if challenge and not use_up("challenge of a passkey", challenge):
            webauthn.clear_state()
        try:
            super().full_clean()
        except UNREADABLE:
            # Nor can it be shown again.
            self.data = {name: self.data[name] for name in self.data} | {"credential": ""}
            self.add_error("credential", NOT_ACCEPTED)

    def add_error(self, field: str | None, error: Any) -> None:
        """Keep an error, in words about a passkey where they are about a code or a field."""
        no_answer = getattr(error, "code", "") in {"incorrect_code", "required", "invalid"}
        super().add_error(field, NOT_ACCEPTED if no_answer and field != "name" else error)


class PasskeyForm(AllauthForm, DevicesAnswer, webauthn_forms.AddWebAuthnForm):
    """A name for a new passkey. The browser adds the passkey itself."""

    labels = {
        "name": "Name of this passkey",
        "passwordless": "Let it sign me in without a password",
    }
    hints = {
        "name": "To tell it from others, for example “Work phone”.",
        "passwordless": "The device asks for your face, fingerprint or PIN instead.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer to sign in by it alone, which most people want."""
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class PasskeyNameForm(AllauthForm, webauthn_forms.EditWebAuthnForm):
    """Another name for a passkey."""

    labels = {"name": "Name of this passkey"}


class PasskeySignInForm(DevicesAnswer, webauthn_forms.LoginWebAuthnForm):
    """Signing in by a passkey alone."""


class PasskeyStepForm(DevicesAnswer, webauthn_forms.AuthenticateWebAuthnForm):
    """A passkey as the second step."""


class PasskeyAgainForm(DevicesAnswer, webauthn_forms.ReauthenticateWebAuthnForm):
    """A passkey, before something sensitive."""
