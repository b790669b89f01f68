"""Addresses of sign-in and of *Your account*, under the names by which allauth knows them.

Only the pages that we use: nobody signs up, and addresses are an administrator's business.
"""

import functools
from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts.middleware import tells_nothing
from accounts.sign_in import views
from accounts.sign_in.second_factor import readable_only


def with_passwords(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that is there only where people have passwords here."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.LOCAL_PASSWORDS:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


to_your_account = RedirectView.as_view(pattern_name="mfa_index")

urlpatterns = [
    # Signing in and out
    path("sign-in/", tells_nothing(views.SignIn.as_view()), name="account_login"),
    path("sign-in/passkey/", tells_nothing(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/second-step/", second_factor.authenticate, name="mfa_authenticate"),
    path("sign-in/closed/", tells_nothing(account.account_inactive), name="account_inactive"),
    path("sign-in/with/<slug:provider_id>/", views.sign_in_with_force, name="openid_connect_login"),
    path(
        "sign-in/with/<slug:provider_id>/done/",
        views.back_from_force,
        name="openid_connect_callback",
    ),
    path("sign-out/", tells_nothing(views.SignOut.as_view()), name="account_logout"),
    # Proving again who one is
    path("sign-in/again/", account.reauthenticate, name="account_reauthenticate"),
    path("sign-in/again/code/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path(
        "sign-in/again/passkey/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    # Setting a password by a link: an invitation, or a forgotten one
    path(
        "sign-in/forgotten/",
        tells_nothing(with_passwords(account.password_reset)),
        name="account_reset_password",
    ),
    path(
        "sign-in/forgotten/sent/",
        tells_nothing(with_passwords(account.password_reset_done)),
        name="account_reset_password_done",
    ),
    re_path(
        r"^sign-in/password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        with_passwords(views.NewPassword.as_view()),
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/password/saved/",
        tells_nothing(with_passwords(account.password_reset_from_key_done)),
        name="account_reset_password_from_key_done",
    ),
    # Your account
    path("account/", readable_only(views.YourAccount.as_view()), name="mfa_index"),
    path(
        "account/password/",
        with_passwords(account.password_change),
        name="account_change_password",
    ),
    path("account/password/none/", to_your_account, name="account_set_password"),
    path("account/app/add/", readable_only(totp.activate_totp), name="mfa_activate_totp"),
    path("account/app/remove/", readable_only(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/passkeys/", to_your_account, name="mfa_list_webauthn"),
    path("account/passkeys/add/", readable_only(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove/",
        views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/recovery-codes/",
        readable_only(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new/",
        readable_only(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/recovery-codes/download/",
        readable_only(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/sessions/", views.Sessions.as_view(), name="usersessions_list"),
]
