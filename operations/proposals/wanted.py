"""What a planner asks the solver for, as a form gives it and a row keeps it."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Evenings, hours and people of a schedule."""

    days: tuple[dt.date, ...]
    """Duty days."""

    begins: dt.time
    ends: dt.time
    """From when to when teams are out; up to 06:00 means the next morning."""

    minutes: int
    """How long a visit takes."""

    teams: int
    """How many are out at once."""

    officers: tuple[int, ...]
    welfare_officers: tuple[int, ...]
    cadets: tuple[int, ...]
    """Keys. Without cadets, teams are two officers."""

    def as_json(self) -> dict[str, Any]:
        """For the row."""
        kept = asdict(self)
        kept["days"] = [day.isoformat() for day in self.days]
        return kept | {name: kept[name].isoformat("minutes") for name in ("begins", "ends")}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Wanted":
        """What a row keeps."""
        return cls(
            days=tuple(map(dt.date.fromisoformat, kept["days"])),
            begins=dt.time.fromisoformat(kept["begins"]),
            ends=dt.time.fromisoformat(kept["ends"]),
            minutes=kept["minutes"],
            teams=kept["teams"],
            officers=tuple(kept["officers"]),
            welfare_officers=tuple(kept["welfare_officers"]),
            cadets=tuple(kept["cadets"]),
        )
