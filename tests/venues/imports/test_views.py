"""The pages of imports: who may open them, what they show, and what a refused file says."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Undo
from accounts.roles import Role
from tests.factories import CommandUnitFactory, UserFactory
from venues.imports import fhrs_import as imports
from venues.imports import views as import_views
from venues.imports.uploads import BrokenFile
from venues.models import ImportRun, LocalAuthority, Venue

SAMPLES = Path(__file__).parents[1] / "samples"

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(client: Client) -> Client:
    client.force_login(
        UserFactory(role=Role.PLANNER, whole_force=True, first_name="Petra", last_name="Plan")
    )
    return client


def upload(client: Client, name: str, data: bytes | None = None):
    content = (SAMPLES / name).read_bytes() if data is None else data
    return client.post(
        reverse("venues:import_add"), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def import_sample(name: str) -> ImportRun:
    return imports.import_fhrs(SAMPLES / name, file_name=name, by=None, at=timezone.now())


def test_an_uploaded_file_is_imported_and_its_report_shown(planner):
    response = upload(planner, "official_2020.xml")

    run = ImportRun.objects.get()
    assert response.redirect_chain == [(run.get_absolute_url(), 302)]
    assert run.file_name == "official_2020.xml"
    assert str(run.started_by) == "Petra Plan"
    page = response.content.decode()
    assert "official_2020.xml was imported." in page
    assert "Created (10)" in page
    assert "Harbour View Guest House" in page
    assert "12 of all kinds of business, 10 of them hotels" in page
    assert "Northmoor belongs to no command unit yet" in page
    assert "Ask an administrator" in page


def test_a_large_upload_that_came_as_a_temporary_file_is_imported(planner, settings):
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

    upload(planner, "api_2021.json")

    assert ImportRun.objects.get().created == 9


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<FHRSEstablishment><Header>", "The file is cut off"),
        (b"<html>", "The file is a web page"),
        (b"", "The file is empty"),
        (b"FHRSID,BusinessName", "The file is a table (CSV)"),
    ],
)
def test_a_refused_file_says_why_at_the_field_and_changes_nothing(planner, data, reason):
    response = upload(planner, "file.xml", data)

    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert reason in page
    assert "Nothing was imported." in page
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("hotels.csv", b"FHRSID,BusinessName", "name ends in .xml or .json"),
        ("hotels.xml.exe", b"MZ", "name ends in .xml or .json"),
        ("hotels", b"<FHRSEstablishment>", "name ends in .xml or .json"),
        ("hotels.json", b"\xef\xbb\xbf <FHRSEstablishment>", "but it is of another kind"),
        ("hotels.XML", b'{"FHRSEstablishment": {}}', "but it is of another kind"),
    ],
)
def test_a_file_of_another_kind_than_its_name_says_is_refused(planner, name, data, reason):
    page = upload(planner, name, data).content.decode()

    assert reason in page
    assert "Nothing was imported." in page
    assert not ImportRun.objects.exists()


def test_a_second_file_is_refused(planner):
    files = [SimpleUploadedFile(f"{number}.xml", b"<") for number in range(2)]
    response = planner.post(reverse("venues:import_add"), {"file": files})

    assert response.status_code == 400
    assert not ImportRun.objects.exists()


def test_what_a_refusal_quotes_from_the_file_is_escaped(planner):
    page = upload(planner, "file.xml", b"<script>alert(1)</script>").content.decode()

    assert "outermost element is “script”" in page
    assert "<script>alert" not in page


def test_no_file_is_asked_for(planner):
    page = planner.post(reverse("venues:import_add")).content.decode()

    assert "Select a file of food hygiene data" in page


def test_a_file_larger_than_the_page_takes_is_refused(planner, monkeypatch):
    monkeypatch.setattr(import_views, "MAX_UPLOAD_BYTES", 1000)

    page = upload(planner, "official_2020.xml").content.decode()

    assert "The file is larger than" in page
    assert not Venue.objects.exists()


def test_an_upload_of_a_gigabyte_is_refused_by_its_size_alone():
    huge = TemporaryUploadedFile("huge.xml", "text/xml", 2**30, None)
    huge.file.truncate(2**30)

    with pytest.raises(BrokenFile, match="larger than 64 MB"):
        imports.import_fhrs(
            huge,
            file_name="huge.xml",
            by=None,
            at=timezone.now(),
            max_bytes=import_views.MAX_UPLOAD_BYTES,
        )

    huge.close()


def test_the_report_of_a_later_file_shows_what_needs_a_person_first(planner):
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100003).update(name="Old Mill", edited_by_hand=["name"])
    run = import_sample("api_2021.json")

    page = planner.get(run.get_absolute_url()).content.decode()

    assert "Differences (1)" in page
    assert "Somebody edited this by hand" in page
    assert "The Old Mill Hotel and Spa" in page
    assert "Use the file's value" in page


def test_each_part_of_a_report_has_its_page(planner):
    import_sample("official_2020.xml")
    url = import_sample("api_2021.json").get_absolute_url()

    missing = planner.get(url, {"show": "missing"}).content.decode()
    changed = planner.get(url, {"show": "changed"}).content.decode()
    created = planner.get(url, {"show": "created"}).content.decode()

    assert "Moor Inn" in missing
    assert "Nothing was closed" in missing
    assert "Northmoor Travel Lodge" in missing
    assert "Postcode: ZZ3" in changed
    assert "ZZ3 1QQ" in changed
    assert "Signal Box Rooms" in created


def test_a_part_with_nothing_in_it_says_so(planner):
    run = import_sample("official_2020.xml")

    assert (
        "There are none."
        in planner.get(run.get_absolute_url(), {"show": "missing"}).content.decode()
    )


def test_a_long_part_is_paged_and_says_what_it_leaves_out(planner, monkeypatch):
    monkeypatch.setattr(import_views, "ROWS_PER_PAGE", 4)
    monkeypatch.setattr(imports, "LISTED", 6)
    url = import_sample("official_2020.xml").get_absolute_url()

    first = planner.get(url).content.decode()
    second = planner.get(url, {"page": 2}).content.decode()

    assert "The first 6 are listed; 4 more are not." in first
    assert "Next" in first
    assert "Mrs Appleby" not in first
    assert "Mrs Appleby" in second


def test_accepting_a_difference_replaces_the_value_and_says_so(planner):
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100003).update(name="Old Mill", edited_by_hand=["name"])
    run = import_sample("api_2021.json")
    url = reverse("venues:import_accept", args=[run.pk, 0])

    page = planner.post(url, follow=True).content.decode()

    assert Venue.objects.get(fhrsid=9100003).name == "The Old Mill Hotel and Spa"
    assert "The file's value was chosen by Petra Plan." in page
    assert reverse("accounts:undo", args=[Undo.objects.get().number]) in page
    again = planner.post(url, follow=True)
    assert again.redirect_chain == [(f"{run.get_absolute_url()}?show=differences", 302)]
    assert "Petra Plan has accepted this already: it is done." in again.text
    assert planner.get(url).status_code == 405


def test_the_warning_about_the_command_unit_goes_once_it_is_known(client):
    run = import_sample("official_2020.xml")
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    page = client.get(run.get_absolute_url()).text
    assert "Northmoor belongs to no command unit yet" in page
    assert reverse("admin:venues_localauthority_changelist") in page
    LocalAuthority.objects.update(command_unit=CommandUnitFactory())
    assert "no command unit yet" not in client.get(run.get_absolute_url()).text


def test_a_difference_of_another_units_venue_is_shown_and_not_offered(planner, client):
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100003).update(name="Old Mill", edited_by_hand=["name"])
    run = import_sample("api_2021.json")
    url = reverse("venues:import_accept", args=[run.pk, 0])
    assert url in planner.get(run.get_absolute_url() + "?show=differences").text

    LocalAuthority.objects.update(command_unit=CommandUnitFactory())
    client.force_login(UserFactory(role=Role.PLANNER))

    page = client.get(run.get_absolute_url() + "?show=differences").text
    assert "Old Mill" in page
    assert url not in page
    assert client.post(url).status_code == 403


def test_a_difference_overtaken_by_a_later_edit_is_explained(planner):
    import_sample("official_2020.xml")
    Venue.objects.filter(fhrsid=9100003).update(name="Old Mill", edited_by_hand=["name"])
    run = import_sample("api_2021.json")
    Venue.objects.filter(fhrsid=9100003).update(name="Older Mill")

    page = planner.post(reverse("venues:import_accept", args=[run.pk, 0]), follow=True)

    assert "nothing was replaced" in page.content.decode()
    assert Venue.objects.get(fhrsid=9100003).name == "Older Mill"


def test_the_history_lists_imports_the_latest_first(planner):
    import_sample("official_2020.xml")
    import_sample("api_2021.json")

    page = planner.get(reverse("venues:import_list")).content.decode()

    assert page.index("api_2021.json") < page.index("official_2020.xml")
    assert "Data of 19 August 2021" in page
    assert "By command" in page
    assert "Northmoor" in page


def test_without_imports_the_history_says_what_to_do(planner):
    page = planner.get(reverse("venues:import_list")).content.decode()

    assert "Nothing imported yet" in page


def test_the_pages_take_as_many_queries_for_many_rows_as_for_few(planner):
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            planner.get(url)
        return len(captured)

    few = import_sample("official_2015.xml")
    listed = queries(reverse("venues:import_list"))
    shown = queries(few.get_absolute_url())
    many = import_sample("official_2020.xml")
    upload(planner, "api_2021.json")

    assert queries(reverse("venues:import_list")) == listed
    assert queries(many.get_absolute_url()) == shown


PAGES = ["import_list", "import_add"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PLANNER, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.VISITING_OFFICER, 403),
        (Role.CSE_LEAD, 403),
        (Role.TRAINING_COORDINATOR, 403),
        (Role.CALL_HANDLER, 403),
    ],
)
def test_only_those_who_may_import_open_the_pages(client, role, status):
    run = import_sample("official_2020.xml")
    client.force_login(UserFactory(role=role))

    for name in PAGES:
        assert client.get(reverse(f"venues:{name}")).status_code == status
    assert client.get(run.get_absolute_url()).status_code == status
    accept = client.post(reverse("venues:import_accept", args=[run.pk, 0]))
    assert accept.status_code == (404 if status == 200 else 403)
    if status == 403:
        file = io.BytesIO((SAMPLES / "api_2021.json").read_bytes())
        assert client.post(reverse("venues:import_add"), {"file": file}).status_code == 403
        assert ImportRun.objects.count() == 1


def test_who_is_not_signed_in_is_sent_to_sign_in(client):
    response = client.get(reverse("venues:import_add"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
