"""The forms of sign-in and of *Your account*, allauth's in our look and words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.base import forms as second_factor
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as totp
from crispy_forms.layout import Layout
from django import forms

from accounts.acts.forms import ActForm
from accounts.models import User
from accounts.sign_in.once import use_up
from accounts.sign_in.second_factor import accept_code
from govuk import GovForm, Question

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


class Code(AllauthForm):
    """Mix into a form that asks for a code, which then works no second time."""

    submit_label = "Continue"
    hints = {"code": CODE_HINT}
    user: User
    cleaned_data: dict[str, Any]

    def layout(self) -> Layout:
        return Layout(Question("code", width=10))

    def clean_code(self) -> str:
        """Find out whose code it is, and use it up."""
        allow_more = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]
        self.authenticator = accept_code(self.user, code)
        if self.authenticator is None:
            if asked := Authenticator.objects.filter(user=self.user).order_by("-type").first():
                self._emit_authentication_failed(asked)  # type: ignore[attr-defined]  # allauth's
            raise get_second_factor_adapter().validation_error("incorrect_code")
        allow_more()
        return code


class CodeForm(Code, second_factor.AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(Code, second_factor.ReauthenticateForm):
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


class LinkForm(account.UserTokenForm):
    """Whose link it is, and whether it still works: one at a time, so that it works once."""

    def _get_user(self, uidb36: str) -> User | None:
        person = super()._get_user(uidb36)  # type: ignore[no-untyped-call]  # allauth's
        # The others wait here, and then see that the password is another.
        return User.objects.select_for_update(no_key=True).get(pk=person.pk) if person else None


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
        return Layout(Question("code", width=10))

    def clean_code(self) -> str:
        """The code that the app shows. An app is set up once, even where the form comes twice."""
        code: str = super().clean_code()
        if not use_up("setting up an app", f"{self.user.pk}:{self.secret}"):
            raise get_second_factor_adapter().validation_error("incorrect_code")
        return code


class RemoveAuthenticatorAppForm(AllauthForm, totp.DeactivateTOTPForm):
    """Nothing but a button."""


class NewRecoveryCodesForm(AllauthForm, recovery_codes.GenerateRecoveryCodesForm):
    """Nothing but a button."""

    submit_label = "Make new codes"


class TelephoneForm(GovForm, ActForm, forms.ModelForm[User]):
    """A person's own telephone number."""

    submit_label = "Save"

    class Meta:
        model = User
        fields = ("telephone",)
        labels = {"telephone": "Where you answer on duty"}
        help_texts = {
            "telephone": "A mobile phone if you have one, such as 07700 900123. Your team sees it, "
            "and whoever deals with an alarm or answers calls while you are on a visit."
        }

    def layout(self) -> Layout:
        return Layout(Question("telephone", width=20))
