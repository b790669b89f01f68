"""The sign-in form."""

from django.contrib.auth.forms import AuthenticationForm

from accounts.govuk import GovForm


class SignInForm(GovForm, AuthenticationForm):
    """Username and password, with a message that does not say which of the two is wrong."""

    submit_label = "Sign in"
    error_messages = {
        "invalid_login": "The username and password do not match. Check both and try again.",
        "inactive": "This account is closed. Ask your administrator.",
    }
