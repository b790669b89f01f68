"""Days and times in words."""

import datetime as dt
import subprocess

import pytest

from govuk.dates import clock, long_day, moment, month, plain_time, short_day

DAY = dt.date(2026, 3, 4)
NIGHT = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)  # half past midnight in London


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (plain_time(DAY), "4 March 2026"),
        (plain_time(NIGHT), "1 July 2026, 00:30"),
        (long_day(DAY), "Wednesday 4 March 2026"),
        (short_day(DAY, at=dt.date(2026, 12, 31)), "Wed 4 Mar"),
        (short_day(DAY, at=dt.date(2025, 12, 31)), "Wed 4 Mar 2026"),
        (month(DAY), "March 2026"),
        (clock(NIGHT), "00:30"),
        (clock(dt.time(7, 5)), "07:05"),
        (moment(NIGHT), "00:30 on 1 July 2026"),
        (moment(NIGHT, at=NIGHT), "00:30"),
        (moment(NIGHT, at=NIGHT - dt.timedelta(hours=1)), "00:30 on 1 July 2026"),
    ],
)
def test_days_and_times_are_written_by_the_clocks_of_london(written, words):
    assert written == words


#: What else writes a time, and why.
ELSEWHERE = {
    "govuk/fields.py": "what a box of a form holds",
    "operations/visits/windows_in_words.py": "a window, by summer or winter time if they change",
    "reports/charts.py": "months below a chart",
    "templates/operations/control_room/board_time.html": "with seconds",
}


def test_no_other_module_or_template_writes_dates_by_itself():
    pattern = r"date_format|%[BbAaH]\b|[|](date|time):"
    found = subprocess.run(
        ["git", "grep", "-lE", pattern, "--", "*.py", "*.html", "*.txt", ":!tests"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    written = {name for name in found if "/migrations/" not in name}
    assert written == {"govuk/dates.py", *ELSEWHERE}
