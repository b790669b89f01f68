"""Addresses of the registry."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from venues.import_views import import_urlpatterns


def placeholder(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("not built yet")


app_name = "venues"
urlpatterns = [
    # registry
    path("", placeholder, name="venue_list"),
    path("add/", placeholder, name="venue_add"),
    path("<int:pk>/", placeholder, name="venue_detail"),
    path("<int:pk>/edit/", placeholder, name="venue_edit"),
    path("<int:pk>/close/", placeholder, name="venue_close"),
    path("<int:pk>/merge/", placeholder, name="venue_merge"),
    path("<int:pk>/training/add/", placeholder, name="training_add"),
    path("<int:pk>/contacts/add/", placeholder, name="contact_add"),
    path("contacts/<int:pk>/edit/", placeholder, name="contact_edit"),
    *import_urlpatterns,
]
