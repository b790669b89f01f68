"""The sheet as a PDF: what it says, and that screen readers are told its parts."""

import io

import pypdf
import pytest

from accounts.models import AccessEntry
from accounts.roles import Role
from govuk import pdf
from tests import factories
from tests.operations.pages import signed_in, url

pytestmark = pytest.mark.django_db


def read(answer):
    return pypdf.PdfReader(io.BytesIO(answer))


def test_the_file_says_what_the_page_does_and_is_tagged():
    handler = factories.UserFactory(role=Role.CALL_HANDLER)
    sheet = factories.SheetFactory(areas="Southmoor\nÉtang & Sons #let x = 1", teams_without=2)
    answer = signed_in(handler).get(url("sheet_pdf", sheet.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    made = read(answer.content)
    words = made.pages[0].extract_text()
    for said in ("Sheet for the control room", "Oscar 21", "2 visits without a call sign"):
        assert said in words
    assert "Étang & Sons #let x = 1" in words  # words are data, never markup
    catalogue = made.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en-GB"
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    assert AccessEntry.objects.get(user=handler, act="exported").purpose == "PDF"


def test_what_typst_refuses_is_an_error_without_its_words(monkeypatch, tmp_path):
    (tmp_path / "broken.typ").write_text("#unknown(")
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    with pytest.raises(pdf.NotTypesetError, match=r"^broken\.typ$"):
        pdf.from_template("broken.typ", {"title": "Quillbrandt"})
