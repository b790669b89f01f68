"""Static files that are missing break no page."""

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.sign_in.rate_limits import too_many_requests
from config import errors, start
from config.static_files import StaticFiles
from tests.factories import UserFactory

#: What a list of collected files can be where something went wrong.
LISTS = {
    "missing": None,
    "empty": "",
    "of another kind": "[]",
    "cut off": '{"version": "1.1", "paths": {"application.css": "app',
    "of nothing": '{"version": "1.1", "paths": {}, "hash": ""}',
}


@pytest.fixture(params=LISTS, ids=str)
def broken(request, tmp_path, monkeypatch):
    """The product's storage with such a list."""
    if (content := LISTS[request.param]) is not None:
        (tmp_path / "staticfiles.json").write_text(content)
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    monkeypatch.setattr(staticfiles_storage, "_wrapped", storage)
    errors._busy_page_with_gap.cache_clear()
    yield storage
    errors._busy_page_with_gap.cache_clear()


@pytest.mark.django_db
def test_no_page_of_an_error_breaks_for_want_of_static_files(broken):
    request = RequestFactory().get("/")
    request.user = UserFactory()
    refused = ValueError("no")
    pages = [
        errors.bad_request(request, refused),
        errors.permission_denied(request, refused),
        errors.page_not_found(request, refused),
        errors.csrf_failure(request),
        errors.server_error(request),
        too_many_requests(request),
    ]
    assert [page.status_code for page in pages] == [400, 403, 404, 403, 500, 429]
    for page in pages:
        assert b"/static/application.css" in page.content
    assert "give this reference: abc" in errors.busy_page("abc")


@pytest.mark.django_db
def test_pages_go_on_without_them(broken, log):
    assert Client().get("/sign-in/").status_code == 200
    assert Client().get("/favicon.ico")["Location"] == "/static/icon.svg"
    told = [line for line in log.lines() if line["event"] == "a static file was not collected"]
    assert {"application.css", "icon.svg"} <= {line["file"] for line in told}


def test_a_process_does_not_begin_without_a_list_that_can_be_read(broken, monkeypatch):
    monkeypatch.setattr(start, "staticfiles_storage", broken)
    (sentence,) = start._static_files()
    assert "manage.py collectstatic" in sentence


def test_a_file_that_was_collected_has_the_name_of_what_it_holds(tmp_path):
    paths = '{"version": "1.1", "paths": {"icon.svg": "icon.1.svg"}, "hash": ""}'
    (tmp_path / "staticfiles.json").write_text(paths)
    assert StaticFiles(location=tmp_path, base_url="/static/").url("icon.svg") == (
        "/static/icon.1.svg"
    )


def test_a_whole_collection_is_served_without_a_word_and_kept_for_ever(
    tmp_path, monkeypatch, settings, log
):
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = tmp_path, False
    settings.WHITENOISE_USE_FINDERS = False
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    monkeypatch.setattr(staticfiles_storage, "_wrapped", storage)
    call_command("collectstatic", interactive=False, verbosity=0)
    served = WhiteNoiseMiddleware(lambda request: None).files
    kept = {
        name
        for name, file in served.items()
        if "immutable" in dict(file.get_response("HEAD", {}).headers)["Cache-Control"]
    }
    assert storage.url("application.css") in kept
    assert kept == {storage.url(name) for name in storage.hashed_files}
    assert not log.lines()
