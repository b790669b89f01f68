"""The one page of a bare Django on the product's server: an INSERT in a transaction."""

from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import include, path


def note(request):
    """Write one row."""
    with transaction.atomic(), connection.cursor() as cursor:
        said = [request.POST["note"]]
        cursor.execute("INSERT INTO bare_note (at, note) VALUES (now(), %s)", said)
    return HttpResponse("", status=302, content_type="text/plain", headers={"Location": "/"})


#: The server knows some pages of the product by name.
urlpatterns = [path("note/", note), path("", include("config.urls"))]
