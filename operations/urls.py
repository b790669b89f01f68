"""Addresses of operations, visits, follow-ups, the live tests and the demonstration's mail."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def placeholder(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("not built yet")


app_name = "operations"
urlpatterns = [
    # planning
    path("operations/", placeholder, name="operation_list"),
    path("operations/add/", placeholder, name="operation_add"),
    path("operations/<int:pk>/", placeholder, name="operation_detail"),
    path("operations/<int:pk>/edit/", placeholder, name="operation_edit"),
    path("operations/<int:pk>/venues/", placeholder, name="operation_venues"),
    path("operations/<int:pk>/visits/add/", placeholder, name="visit_add"),
    path("visits/<int:pk>/edit/", placeholder, name="visit_edit"),
    path("visits/<int:pk>/cancel/", placeholder, name="visit_cancel"),
    path("scenarios/", placeholder, name="scenario_list"),
    path("scenarios/add/", placeholder, name="scenario_add"),
    path("scenarios/<int:pk>/", placeholder, name="scenario_detail"),
    path("scenarios/<int:pk>/new-version/", placeholder, name="scenario_new_version"),
    path("cadets/", placeholder, name="cadet_list"),
    path("cadets/add/", placeholder, name="cadet_add"),
    path("cadets/<int:pk>/edit/", placeholder, name="cadet_edit"),
    # logging
    path("visits/", placeholder, name="my_visits"),
    path("visits/<int:pk>/", placeholder, name="visit_detail"),
    path("visits/<int:pk>/start/", placeholder, name="visit_start"),
    path("visits/<int:pk>/outcome/", placeholder, name="outcome_add"),
    path("visits/<int:pk>/not-completed/", placeholder, name="visit_not_completed"),
    path("visits/<int:pk>/correct/", placeholder, name="outcome_correct"),
    path("live/", placeholder, name="board"),
    # follow-ups
    path("follow-ups/", placeholder, name="follow_up_list"),
    path("follow-ups/<int:pk>/", placeholder, name="follow_up_detail"),
    path("follow-ups/<int:pk>/book/", placeholder, name="follow_up_book"),
    path("follow-ups/<int:pk>/deliver/", placeholder, name="follow_up_deliver"),
    path("follow-ups/<int:pk>/decline/", placeholder, name="follow_up_decline"),
    path("messages/", placeholder, name="message_list"),
    path("messages/<str:name>/", placeholder, name="message_detail"),
]
