"""Addresses of the dashboard."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.DashboardView.as_view(), name="dashboard"),
    path("tables/<slug:slug>.csv", views.TableCsv.as_view(), name="table_csv"),
]
