"""Addresses of the start page and of what allauth has no page for."""

from django.urls import path

from accounts import record_views, views
from accounts.acts.views import TakeBack
from accounts.gallery import gallery

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("history/<str:kind>/<number:pk>/", record_views.History.as_view(), name="history"),
    path("log/", record_views.Log.as_view(), name="log"),
    path("undo/<uuid:number>/", TakeBack.as_view(), name="undo"),
    path("sign-in/with-the-force/again/", views.sign_in_again, name="sign_in_again"),
    path("account/second-step/", views.set_up_second_factor, name="second_factor"),
    path("gallery/", gallery, name="gallery"),
]
