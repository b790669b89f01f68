"""Addresses of draws."""

from django.urls import path

from operations.sampling import views

urlpatterns = [
    path("operations/<number:pk>/draw/", views.DrawAdd.as_view(), name="draw_add"),
    path("draws/<number:pk>/", views.DrawDetail.as_view(), name="draw_detail"),
    path("draws/<number:pk>/draw/", views.DrawNow.as_view(), name="draw_now"),
    path(
        "draws/<number:pk>/draw.json",
        views.DrawExport.as_view(),
        {"kind": "json"},
        name="draw_json",
    ),
    path(
        "draws/<number:pk>/draw.csv", views.DrawExport.as_view(), {"kind": "csv"}, name="draw_csv"
    ),
    path("drawn/<number:pk>/replace/", views.DrawnReplace.as_view(), name="drawn_replace"),
]
