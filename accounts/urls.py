"""Addresses of sign-in and of the start page."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views
from accounts.gallery import gallery

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("gallery/", gallery, name="gallery"),
]
