"""The root of all addresses."""

from django.contrib import admin
from django.urls import include, path

from accounts.middleware import tells_nothing
from accounts.sign_in.views import favicon

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", include("accounts.sign_in.urls")),
    path("", include("accounts.urls")),
    path("", include("operations.urls")),
    path("venues/", include("venues.urls")),
    path("reports/", include("reports.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", tells_nothing(favicon), name="favicon"),
]

handler429 = (
    "accounts.sign_in.rate_limits.too_many_requests"  # allauth's name for it; Django has none
)
