"""Addresses of the start page and of what allauth has no page for."""

from django.contrib.auth.decorators import permission_required
from django.urls import path

from accounts.access import views as access_request_views
from accounts.acts.views import TakeBack
from accounts.record import views as record_views
from accounts.sign_in import views
from govuk.gallery import gallery

#: It is for those who build and look after the product.
for_administrators = permission_required("accounts.change_user", raise_exception=True)

app_name = "accounts"
urlpatterns = [
    path("", views.home, name="home"),
    path("history/<str:kind>/<number:pk>/", record_views.History.as_view(), name="history"),
    path("rights/", access_request_views.AccessRequests.as_view(), name="access_requests"),
    path(
        "rights/<number:pk>/",
        access_request_views.Decide.as_view(),
        name="access_request_decide",
    ),
    path("log/", record_views.Log.as_view(), name="log"),
    path("undo/<uuid:number>/", TakeBack.as_view(), name="undo"),
    path("sign-in/with-the-force/again/", views.sign_in_again, name="sign_in_again"),
    path("account/second-step/", views.set_up_second_factor, name="second_factor"),
    path("account/telephone/", views.Telephone.as_view(), name="telephone"),
    path("gallery/", for_administrators(gallery), name="gallery"),
]
