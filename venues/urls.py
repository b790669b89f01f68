"""Addresses of the registry."""

from django.urls import path

from venues.imports.views import import_urlpatterns
from venues.registry import views
from venues.training import views as training

app_name = "venues"
urlpatterns = [
    path("", views.VenueList.as_view(), name="venue_list"),
    path("add/", views.VenueAdd.as_view(), name="venue_add"),
    path("<int:pk>/", views.VenueDetail.as_view(), name="venue_detail"),
    path("<int:pk>/edit/", views.VenueEdit.as_view(), name="venue_edit"),
    path("<int:pk>/close/", views.VenueClose.as_view(), name="venue_close"),
    path("<int:pk>/reopen/", views.VenueReopen.as_view(), name="venue_reopen"),
    path("<int:pk>/merge/", views.VenueMerge.as_view(), name="venue_merge"),
    path("<int:pk>/training/add/", training.TrainingAdd.as_view(), name="training_add"),
    path("training/<int:pk>/correct/", training.TrainingEdit.as_view(), name="training_edit"),
    path("training/<int:pk>/remove/", training.TrainingRemove.as_view(), name="training_remove"),
    path("<int:pk>/contacts/add/", views.ContactAdd.as_view(), name="contact_add"),
    path("contacts/<int:pk>/edit/", views.ContactEdit.as_view(), name="contact_edit"),
    path("contacts/<int:pk>/remove/", views.ContactRemove.as_view(), name="contact_remove"),
    *import_urlpatterns,
]
