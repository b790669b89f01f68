"""Addresses of the dashboard and of exports."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.DashboardView.as_view(), name="dashboard"),
    path("tables/<slug:slug>.csv", views.TableFile.as_view(kind="csv"), name="table_csv"),
    path("tables/<slug:slug>.xlsx", views.TableFile.as_view(kind="xlsx"), name="table_xlsx"),
    path("calls/", views.CallsView.as_view(), name="calls"),
    path("subject-access/", views.SubjectAccess.as_view(), name="subject_access"),
]
