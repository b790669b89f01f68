"""Addresses of the dashboard."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def placeholder(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("not built yet")


app_name = "reports"
urlpatterns = [path("", placeholder, name="dashboard")]
