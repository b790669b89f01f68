"""Sign-in, the start page and *Your account*. What is not here is allauth's, with our templates."""

from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, LogoutView, PasswordResetFromKeyView
from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.base.views import IndexView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.socialaccount.internal.statekit import get_states
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django_htmx.http import HttpResponseClientRedirect

from accounts.access.pages import RequiresRecentSignIn
from accounts.acts.form_pages import FormPage
from accounts.acts.submissions import did_nothing
from accounts.acts.views import ActView
from accounts.demo import SIGN_INS
from accounts.models import User
from accounts.navigation import links
from accounts.numbers import whole_number
from accounts.sign_in import actions, second_factor, sessions, single_sign_on
from accounts.sign_in.forms import TelephoneForm
from accounts.sign_in.once import use_up
from accounts.sign_in.provider import FAULTS_OF_THE_PROVIDER, Adapter


class SignIn(LoginView):
    """Username and password, a passkey, or the force's account.

    The demonstration shows its sign-ins beside the form.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; a list that refreshes itself must not show it in place of its rows."""
        if request.htmx:  # type: ignore[attr-defined]  # put there by django-htmx
            return HttpResponseClientRedirect(request.get_full_path())
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in by password, where the force has passwords here."""
        if not settings.LOCAL_PASSWORDS:
            raise PermissionDenied
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the ways to sign in, and the demonstration's sign-ins."""
        return super().get_context_data(
            sign_ins=SIGN_INS if settings.DEMO and settings.LOCAL_PASSWORDS else None,
            passwords=settings.LOCAL_PASSWORDS,
            force_account=settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
            next=get_next_redirect_url(self.request) or "",
            **kwargs,
        )


@login_not_required
def sign_in_with_force(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to the identity provider."""
    return _ask_provider(OAuth2LoginView, request, provider_id)


@login_not_required
def back_from_force(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in somebody whom the identity provider sends back. Each way back is good for one."""
    state = request.GET.get("state", "")
    if state in get_states(request) and not use_up("way back from the provider", state):
        return single_sign_on.refused(request, "not_completed")
    return _ask_provider(OAuth2CallbackView, request, provider_id)


def _ask_provider(
    view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        asked = view.adapter_view(Adapter(request, provider_id))  # type: ignore[no-untyped-call]
        answer: HttpResponse = asked(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except FAULTS_OF_THE_PROVIDER as error:
        return single_sign_on.unavailable(request, error)
    return answer


@method_decorator(login_not_required, name="dispatch")
@method_decorator(transaction.atomic, name="dispatch")
class NewPassword(PasswordResetFromKeyView):
    """Set a password by a link, once: ``LinkForm`` holds the person's row until the end."""


class SignOut(LogoutView):
    """Sign out by the button of each page; a link elsewhere must not sign anybody out."""

    http_method_names = ["post", "options"]


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Ask somebody who signs in with the force's account to do so once more.

    ``prompt=login`` makes the provider ask them again instead of letting them through.
    """
    if not settings.OIDC_SERVER_URL:
        raise Http404
    wanted = get_next_redirect_url(request) or reverse("mfa_index")
    query = urlencode({"auth_params": "prompt=login", "next": wanted})
    context = {"force_account": settings.OIDC_NAME, "query": query}
    return render(request, "accounts/sign_in/sign_in_again.html", context)


def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """The start of setting up a second step, and where its end leads to.

    Whoever has one but has not shown it in this session shows it first.
    """
    if second_factor.is_shown(request):
        return redirect(second_factor.where_to_go(request) or "mfa_index")
    person = cast(User, request.user)
    if is_mfa_enabled(person):
        methods = get_adapter().get_reauthentication_methods(person)
        url = next(m["url"] for m in methods if m["id"].startswith("mfa_reauthenticate"))
        return redirect(f"{url}?{urlencode({'next': request.path})}")
    return render(
        request, "accounts/sign_in/second_factor.html", {"required": settings.MFA_REQUIRED}
    )


class YourAccount(IndexView):
    """A person's own password, second steps, recovery codes and sessions, each a link away."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how this person signs in."""
        by_force = cast(User, self.request.user).signs_in_with_force
        return super().get_context_data(
            by_force=by_force, force_account=settings.OIDC_NAME, **kwargs
        )


class Telephone(ActView):
    """A person's own telephone number."""

    template_name = "accounts/sign_in/telephone.html"
    form_class = TelephoneForm

    def has_permission(self) -> bool:
        """Whoever is signed in."""
        return True

    def get_form_kwargs(self) -> dict[str, Any]:
        """The number as it is; a refused form leaves the person who is signed in as they are."""
        return super().get_form_kwargs() | {"instance": User.objects.get(pk=self.user.pk)}

    def act(self, form: TelephoneForm) -> str:
        number = form.cleaned_data["telephone"]
        actions.change_telephone(person=self.user, telephone=number, by=self.user)
        return reverse("mfa_index")

    def confirmation(self, made: str) -> str:
        return "Your telephone number is saved." if self.user.telephone else "No number is kept."


class RemovePasskey(RemoveWebAuthnView):
    """Remove a passkey, unless it is the only second step."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Remove it, or say that it is not there any more."""
        try:
            return super().post(request, *args, **kwargs)
        except Http404:
            messages.info(request, "This passkey is not among yours: it was removed already.")
            return redirect("mfa_list_webauthn")

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove it, or say why it stays."""
        adapter = get_second_factor_adapter()
        if not adapter.can_delete_authenticator(self.object):
            messages.error(self.request, adapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_index")
        return super().form_valid(form)


class Sessions(FormPage, RequiresRecentSignIn, ListUserSessionsView):
    """Where a person is signed in; they end one other session, or all others."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session that the button names, else all but this one."""
        if "session" not in request.POST:
            return super().post(request, *args, **kwargs)
        others = UserSession.objects.filter(user=request.user).exclude(
            session_key=request.session.session_key
        )
        session = others.filter(pk=whole_number(request.POST["session"])).first()
        if session is None:
            messages.info(request, "That session had ended already.")
            return did_nothing(redirect("usersessions_list"))
        session.end()
        messages.success(request, "That session is ended.")
        return redirect("usersessions_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what each session's device is called."""
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.device = sessions.device(session.user_agent)
        context["sessions"].sort(
            key=lambda one: (not one.is_current(), -one.last_seen_at.timestamp())
        )
        return context


@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, for browsers that ask for it without looking into the page."""
    return redirect(static("icon.svg"))


def home(request: HttpRequest) -> HttpResponse:
    """The page that this person needs most often: the first that they may open."""
    for link in links(request):
        return redirect(link.url)
    raise PermissionDenied
