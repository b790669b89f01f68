"""Addresses of sign-in and of the start page."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import record_views, views
from accounts.gallery import gallery

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("history/<str:kind>/<int:pk>/", record_views.History.as_view(), name="history"),
    path("log/", record_views.Log.as_view(), name="log"),
    path("gallery/", gallery, name="gallery"),
]
