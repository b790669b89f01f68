"""Addresses of operations, visits, follow-ups, the live tests and the demonstration's mail."""

from django.urls import path

from operations.approval import views as approval
from operations.calls.urls import urlpatterns as call_pages
from operations.closing import views as closing
from operations.control_room import views as board
from operations.duty import concern_views as concerns
from operations.duty import start_views as starts
from operations.duty import views as visits
from operations.duty import welfare_views as welfare
from operations.follow_ups import handing_over_views as handing_over
from operations.follow_ups import message_views as mail
from operations.follow_ups import views as follow_ups
from operations.planning import schedule_views as teams
from operations.planning import views as planning
from operations.proposals import views as proposals
from operations.protection import views as protection
from operations.safety import views as safety
from operations.sampling.urls import urlpatterns as draw_pages
from operations.scenarios import views as scenarios
from operations.sheets import views as sheets
from operations.teams import views as cadets

app_name = "operations"
urlpatterns = [
    # planning
    path("operations/", planning.OperationList.as_view(), name="operation_list"),
    path("operations/add/", planning.OperationAdd.as_view(), name="operation_add"),
    path("operations/<number:pk>/", planning.OperationDetail.as_view(), name="operation_detail"),
    path("operations/<number:pk>/edit/", planning.OperationEdit.as_view(), name="operation_edit"),
    path(
        "operations/<number:pk>/venues/",
        planning.OperationVenues.as_view(),
        name="operation_venues",
    ),
    path("operations/<number:pk>/submit/", approval.Submit.as_view(), name="operation_submit"),
    path(
        "operations/<number:pk>/withdraw/", approval.Withdraw.as_view(), name="operation_withdraw"
    ),
    path("operations/<number:pk>/publish/", approval.Publish.as_view(), name="operation_publish"),
    path("operations/<number:pk>/clone/", approval.Clone.as_view(), name="operation_clone"),
    path("operations/<number:pk>/close/", closing.Close.as_view(), name="operation_close"),
    path("to-authorise/", approval.ToAuthorise.as_view(), name="to_authorise"),
    path("to-authorise/<number:pk>/", approval.Authorise.as_view(), name="authorise"),
    path("to-authorise/<number:pk>/refuse/", approval.Refuse.as_view(), name="authority_refuse"),
    path("operations/<number:pk>/visits/add/", teams.VisitAdd.as_view(), name="visit_add"),
    path("visits/<number:pk>/edit/", teams.VisitEdit.as_view(), name="visit_edit"),
    path("visits/<number:pk>/cancel/", teams.VisitCancel.as_view(), name="visit_cancel"),
    path("scenarios/", scenarios.ScenarioList.as_view(), name="scenario_list"),
    path("scenarios/add/", scenarios.ScenarioAdd.as_view(), name="scenario_add"),
    path("scenarios/<int:pk>/", scenarios.ScenarioDetail.as_view(), name="scenario_detail"),
    path(
        "scenarios/<int:pk>/new-version/",
        scenarios.ScenarioNewVersion.as_view(),
        name="scenario_new_version",
    ),
    path("cadets/", cadets.CadetList.as_view(), name="cadet_list"),
    path("cadets/add/", cadets.CadetAdd.as_view(), name="cadet_add"),
    path("cadets/<number:pk>/record/", cadets.CadetRecord.as_view(), name="cadet_record"),
    path("cadets/<number:pk>/edit/", cadets.CadetEdit.as_view(), name="cadet_edit"),
    # proposals of schedules
    path("operations/<number:pk>/propose/", proposals.ProposalAsk.as_view(), name="proposal_ask"),
    path("proposals/<number:pk>/", proposals.ProposalDetail.as_view(), name="proposal_detail"),
    path("proposals/<number:pk>/stop/", proposals.ProposalStop.as_view(), name="proposal_stop"),
    path("proposals/<number:pk>/take/", proposals.ProposalTake.as_view(), name="proposal_take"),
    # sheets for the control room
    path("operations/<number:pk>/sheet/", sheets.SheetSend.as_view(), name="sheet_send"),
    path("sheets/", sheets.SheetList.as_view(), name="sheet_list"),
    path("sheets/<number:pk>/", sheets.SheetDetail.as_view(), name="sheet_detail"),
    path("sheets/<number:pk>/sheet.pdf", sheets.SheetPdf.as_view(), name="sheet_pdf"),
    # logging
    path("visits/", visits.MyVisits.as_view(), name="my_visits"),
    path("visits/<number:pk>/", visits.VisitDetail.as_view(), name="visit_detail"),
    path("visits/<number:pk>/known-before/", protection.KnownBefore.as_view(), name="known_before"),
    path("visits/<number:pk>/start/", starts.VisitStart.as_view(), name="visit_start"),
    path("visits/<number:pk>/allow/", starts.StartAllow.as_view(), name="start_allow"),
    path("team/<number:pk>/withdraw/", welfare.CadetWithdraw.as_view(), name="cadet_withdraw"),
    path("visits/<number:pk>/how-it-was/", welfare.HowItWas.as_view(), name="how_it_was"),
    path("answers/<number:pk>/seen-to/", welfare.AnswerSeenTo.as_view(), name="answer_seen_to"),
    path("visits/<number:pk>/outcome/", visits.OutcomeAdd.as_view(), name="outcome_add"),
    path(
        "visits/<number:pk>/not-completed/",
        visits.NotCompleted.as_view(),
        name="visit_not_completed",
    ),
    path("visits/<number:pk>/correct/", visits.OutcomeCorrect.as_view(), name="outcome_correct"),
    path("visits/<number:pk>/end/", board.VisitEnd.as_view(), name="visit_end"),
    path(
        "visits/<number:pk>/not-completed/correct/",
        visits.NotCompletedCorrect.as_view(),
        name="not_completed_correct",
    ),
    # the control room
    path("control-room/", board.Board.as_view(), name="board"),
    path("control-room/events/", board.BoardEvents.as_view(), name="board_events"),
    path("live/", board.OldBoard.as_view(), name="old_board"),
    # safety
    path("visits/<number:pk>/concern/", concerns.ConcernReport.as_view(), name="concern_report"),
    path("visits/help/", concerns.HelpOnDuty.as_view(), name="help_on_duty"),
    path("visits/<number:pk>/check-in/", safety.VisitCheckIn.as_view(), name="check_in"),
    path("alarms/", safety.AlarmList.as_view(), name="alarm_list"),
    path("alarms/open/", safety.OpenAlarms.as_view(), name="open_alarms"),
    path("alarms/<number:pk>/", safety.AlarmDetail.as_view(), name="alarm_detail"),
    path("alarms/<number:pk>/take/", safety.AlarmTake.as_view(), name="alarm_take"),
    path("alarms/<number:pk>/close/", safety.AlarmClose.as_view(), name="alarm_close"),
    *call_pages,
    *draw_pages,
    # follow-ups
    path("follow-ups/", follow_ups.FollowUpList.as_view(), name="follow_up_list"),
    path("follow-ups/<number:pk>/", follow_ups.FollowUpDetail.as_view(), name="follow_up_detail"),
    path("follow-ups/<number:pk>/book/", follow_ups.Book.as_view(), name="follow_up_book"),
    path("follow-ups/<number:pk>/deliver/", follow_ups.Deliver.as_view(), name="follow_up_deliver"),
    path("follow-ups/<number:pk>/decline/", follow_ups.Decline.as_view(), name="follow_up_decline"),
    path(
        "follow-ups/<number:pk>/hand-over/",
        handing_over.HandOver.as_view(),
        name="follow_up_hand_over",
    ),
    path("people/<int:pk>/hand-over/", handing_over.HandOverAll.as_view(), name="hand_over_all"),
    path("follow-ups/<number:pk>/reopen/", follow_ups.Reopen.as_view(), name="follow_up_reopen"),
    path("messages/", mail.MessageList.as_view(), name="message_list"),
    path("messages/<str:name>/", mail.MessageDetail.as_view(), name="message_detail"),
]
