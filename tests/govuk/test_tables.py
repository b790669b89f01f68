"""The table that pages share."""

import re

from django.template import engines


def rendered(source, **context):
    return engines["django"].from_string("{% load govuk %}" + source).render(context)


def heads(html):
    return [
        (name, "--numeric" in classes)
        for classes, name in re.findall(r'<th [^>]*class="([^"]*)">(.*?)</th>', html)
    ]


def test_a_table_stands_around_its_rows_with_its_columns():
    html = rendered(
        '{% table "Visits" "Venue" "Completed"|figures %}'
        "{% for name in names %}<tr><td>{{ name }}</td></tr>{% endfor %}{% endtable %}",
        names=["The Invented Arms", "A & B"],
    )
    assert heads(html) == [("Venue", False), ("Completed", True)]
    assert 'role="region" aria-label="Visits"' in html
    assert "<td>The Invented Arms</td>" in html
    assert "<td>A &amp; B</td>" in html  # what stands in the rows is escaped once
    assert "app-table--wide" not in html


def test_a_column_without_a_name_is_left_out():
    source = '{% table "Visits" "Venue" sees|yesno:"Planned,"|figures wide=True %}{% endtable %}'
    assert heads(rendered(source, sees=True)) == [("Venue", False), ("Planned", True)]
    assert heads(rendered(source, sees=False)) == [("Venue", False)]
    assert "app-table--wide" in rendered(source, sees=False)
