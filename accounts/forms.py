"""The forms of sign-in and of *Your account*, allauth's in our look and words; the log's filter."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from crispy_forms.layout import Layout
from django import forms
from django.utils.formats import date_format
from django.utils.text import capfirst

from accounts import history
from accounts.access_log import Act
from accounts.govuk import GovDateField, GovFilterForm, GovForm, Question
from accounts.models import User

PASSWORD_HINT = "At least 12 characters. Three words that do not belong together are easy to keep."  # noqa: S105
CODE_HINT = "Six figures that your authenticator app shows, or a recovery code."


class AllauthForm(GovForm):
    """Mix into a form of allauth: labels above the boxes and hints below them, no placeholders."""

    mark_optional = False
    carries_token = False  # nothing of passwords and codes is kept
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


class LogFilter(GovFilterForm, forms.Form):
    """Narrows the log of everything."""

    show = forms.ChoiceField(
        label="Show",
        choices=[("", "Changes"), ("reads", "Reads and sign-ins")],
        required=False,
    )
    person = forms.ModelChoiceField(
        User.objects.order_by("first_name", "last_name", "pk"),
        label="Person",
        required=False,
        empty_label="Anybody",
    )
    kind = forms.ChoiceField(label="Kind of record", required=False)
    number = forms.IntegerField(
        label="Number of the record", required=False, min_value=1, max_value=2**63 - 1
    )
    act = forms.ChoiceField(
        label="What they did (reads and sign-ins)",
        choices=[("", "Anything"), *((act.value, capfirst(act.label)) for act in Act)],
        required=False,
    )
    since = GovDateField(label="From", required=False)
    until = GovDateField(label="Until", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every kind of record that has a history."""
        super().__init__(*args, **kwargs)
        self.models = {
            model._meta.label_lower: model for model in map(history.about, history.history_models())
        }
        kinds = [(label, history.name_of(model)) for label, model in self.models.items()]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any"), *kinds]

    def wanted(self) -> dict[str, Any]:
        """The answers; one that could not be read counts as not given."""
        self.is_valid()
        answers = getattr(self, "cleaned_data", {})
        return {
            "reads": answers.get("show") == "reads",
            "model": self.models.get(answers.get("kind", "")),
            **{
                name: answers.get(name) or None
                for name in ("person", "number", "act", "since", "until")
            },
        }

    def in_words(self) -> str:
        """What was asked for, for the record: persons by their number."""
        wanted = self.wanted()
        said = [
            "reads and sign-ins" if wanted["reads"] else "changes",
            wanted["person"] and f"by person {wanted['person'].pk}",
            wanted["model"] and f"of a {history.name_of(wanted['model']).lower()}",
            wanted["number"] and f"number {wanted['number']}",
            wanted["act"] and f"who {Act(wanted['act']).label}",
            wanted["since"] and f"from {date_format(wanted['since'], 'j F Y')}",
            wanted["until"] and f"until {date_format(wanted['until'], 'j F Y')}",
        ]
        return " ".join(filter(None, said))
