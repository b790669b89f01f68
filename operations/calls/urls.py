"""Addresses of calls, of the concerns that they are, and of the question script."""

from django.urls import path

from operations.calls import concern_views as concerns
from operations.calls import script_views as scripts
from operations.calls import views as calls

#: A call, by the number that stands for its key.
CALL = "control-room/calls/<number:pk>/"

urlpatterns = [
    path("control-room/calls/", calls.CallList.as_view(), name="call_list"),
    path("control-room/calls/add/", calls.CallAdd.as_view(), name="call_add"),
    path(CALL, calls.CallDetail.as_view(), name="call_detail"),
    path(f"{CALL}correct/", calls.CallCorrect.as_view(), name="call_correct"),
    path(f"{CALL}match/", calls.CallMatch.as_view(), name="call_match"),
    path(f"{CALL}unmatch/", calls.CallUnmatch.as_view(), name="call_unmatch"),
    path(f"{CALL}concern/", calls.CallConcern.as_view(), name="call_concern"),
    path(f"{CALL}take/", concerns.ConcernTake.as_view(), name="concern_take"),
    path(f"{CALL}give/", concerns.ConcernGive.as_view(), name="concern_give"),
    path(f"{CALL}close/", concerns.ConcernClose.as_view(), name="concern_close"),
    path(f"{CALL}reopen/", concerns.ConcernReopen.as_view(), name="concern_reopen"),
    path("control-room/concerns/", concerns.ConcernList.as_view(), name="concern_list"),
    path("control-room/script/", scripts.ScriptDetail.as_view(), name="script"),
    path("control-room/script/new-version/", scripts.ScriptWrite.as_view(), name="script_write"),
    path(
        "control-room/script/<int:version>/",
        scripts.ScriptDetail.as_view(),
        name="script_version",
    ),
]
