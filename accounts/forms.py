"""The forms of sign-in and of *Your account*: allauth's, in our look and words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from crispy_forms.layout import Layout
from django import forms

from accounts.govuk import GovForm, Question

PASSWORD_HINT = "At least 12 characters. Three words that do not belong together are easy to keep."  # noqa: S105
CODE_HINT = "Six figures that your authenticator app shows, or a recovery code."


class AllauthForm(GovForm):
    """Mix into a form of allauth: labels above the boxes and hints below them, no placeholders."""

    mark_optional = False
    labels: dict[str, str] = {}
    hints: dict[str, str] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take the arguments of allauth's form."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


class SignInForm(AllauthForm, account.LoginForm):
    """Username and password, with a message that does not say which of the two is wrong."""

    submit_label = "Sign in"


class CodeForm(AllauthForm, second_factor.AuthenticateForm):
    """The second step of signing in."""

    submit_label = "Continue"
    hints = {"code": CODE_HINT}

    def layout(self) -> Layout:
        """A short box."""
        return Layout(Question("code", width=10))


class CodeAgainForm(CodeForm, second_factor.ReauthenticateForm):
    """A code, before something sensitive."""


class PasswordAgainForm(AllauthForm, account.ReauthenticateForm):
    """The password, before something sensitive."""

    submit_label = "Continue"


class PasswordChangeForm(AllauthForm, account.ChangePasswordForm):
    """The old password and, twice, the new one."""

    submit_label = "Change password"
    labels = {"password1": "New password", "password2": "New password again"}
    hints = {"password1": PASSWORD_HINT}


class ForgottenPasswordForm(AllauthForm, account.ResetPasswordForm):
    """The address to which the link goes."""

    submit_label = "Send the link"
    labels = {"email": "Email address"}
    hints = {"email": "The one that your administrator has for you."}


class NewPasswordForm(AllauthForm, account.ResetPasswordKeyForm):
    """The new password, twice, after following a link."""

    submit_label = "Save password"
    labels = {"password1": "Password", "password2": "Password again"}
    hints = {"password1": PASSWORD_HINT}


class AuthenticatorAppForm(AllauthForm, totp.ActivateTOTPForm):
    """The first code of an authenticator app, which shows that it was set up."""

    submit_label = "Continue"
    labels = {"code": "Code from the app"}
    hints = {"code": "Six figures. The app shows new ones every half minute."}

    def layout(self) -> Layout:
        """A short box."""
        return Layout(Question("code", width=10))


class RemoveAuthenticatorAppForm(AllauthForm, totp.DeactivateTOTPForm):
    """Nothing but a button."""


class NewRecoveryCodesForm(AllauthForm, recovery_codes.GenerateRecoveryCodesForm):
    """Nothing but a button."""

    submit_label = "Make new codes"


class PasskeyForm(AllauthForm, passkeys.AddWebAuthnForm):
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


class PasskeyNameForm(AllauthForm, passkeys.EditWebAuthnForm):
    """Another name for a passkey."""

    labels = {"name": "Name of this passkey"}
