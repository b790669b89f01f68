"""Sign-in and the start page."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django_htmx.http import HttpResponseClientRedirect

from accounts.demo import SIGN_INS
from accounts.forms import SignInForm
from accounts.navigation import links


class SignIn(LoginView):
    """Username and password. The demonstration shows its sign-ins beside the form."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; a list that refreshes itself must not show it in place of its rows."""
        if request.htmx:  # type: ignore[attr-defined]  # put there by django-htmx
            return HttpResponseClientRedirect(request.get_full_path())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demonstration's sign-ins."""
        sign_ins = SIGN_INS if settings.DEMO else None
        return super().get_context_data(sign_ins=sign_ins, **kwargs)


@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, for browsers that ask for it without looking into the page."""
    return redirect(static("icon.svg"))


def home(request: HttpRequest) -> HttpResponse:
    """The page that this person needs most often: the first that they may open."""
    for link in links(request):
        return redirect(link.url)
    raise PermissionDenied
