"""The local authorities of a file: which they are here, whether it may be believed, who may act.

A file names the authority of each record twice, by code and by name. Where the two disagree, with
each other or with what is known here, none of it is believed: all of a borough's venues would move.
Nor does old news replace new: the date of the newest file is kept with each authority.
"""

import datetime as dt
from collections import defaultdict

from accounts.models import User
from govuk.dates import plain_time
from venues.imports import fhrs
from venues.imports.spelling import may_name_one_authority, same_words
from venues.imports.uploads import BrokenFile
from venues.models import LocalAuthority
from venues.registry.names import normal_name

_CORRECT = "Choose the right file, or correct the local authority's name or code here."
_NAMED = 3  # authorities that a sentence names


class FileAuthorities:
    """The authorities of one file by their food hygiene code.

    One not known yet is added, without a command unit, by somebody who works for the whole force;
    for somebody of one unit it stays unknown.
    """

    def __init__(self, extract: fhrs.Extract, *, by: User | None, today: dt.date) -> None:
        """Find them all. Raises `BrokenFile` where the file can't be believed."""
        self.added: list[str] = []
        self.date = extract.header.extract_date
        self._all = by is None or by.whole_force
        self._by_code: dict[str, LocalAuthority | None] = {}
        if self.date and self.date > today + dt.timedelta(days=1):
            raise BrokenFile(
                f"The file says that it was made on {plain_time(self.date)}, which is yet to come."
            )
        _check_names(extract.names)
        for code, name in sorted(extract.authorities.items()):
            self._by_code[code] = self._find(code, name, by)
        known = [authority for authority in self._by_code.values() if authority]
        self._refuse_older(known)
        self.keys = {authority.pk for authority in known}
        """The keys of those that are known here."""
        changeable = LocalAuthority.objects.filter(pk__in=self.keys)
        if by is not None:
            changeable = changeable.changeable_by(by)
        self.changeable = set(changeable.values_list("pk", flat=True))
        """The keys of those whose venues this person may change."""

    def find(self, code: str) -> LocalAuthority | None:
        """The authority with this code in the file; None if it is not known here."""
        return self._by_code[code]

    def older_than(self, authority: LocalAuthority) -> bool:
        """Whether something newer than this file is on record of ``authority``."""
        known = authority.extract_date
        return known is not None and (self.date is None or self.date < known)

    @property
    def brought_up_to_date(self) -> list[LocalAuthority]:
        """Those whose venues say by now what the file says, but for what people decide."""
        known = filter(None, self._by_code.values())
        return [authority for authority in known if authority.pk in self.changeable]

    def remember_date(self) -> None:
        """Keep the date of the file with the authorities that it brought up to date."""
        for authority in self.brought_up_to_date:
            if self.date and authority.extract_date != self.date:
                authority.extract_date = self.date
                authority.save(update_fields=["extract_date"])

    def _find(self, code: str, name: str, by: User | None) -> LocalAuthority | None:
        rows = LocalAuthority.objects.defer("boundary")
        coded = rows.filter(fhrs_code=code).first()
        named = rows.filter(name__normal=normal_name(name)).first()
        if coded and ((named and named != coded) or not may_name_one_authority(name, coded.name)):
            raise BrokenFile(
                f"The file gives {name} the food hygiene code {code}, which is {coded.name}'s "
                "here. Code and name do not belong together.",
                _CORRECT,
            )
        if coded:
            return coded
        if named is None:
            if not self._all:
                return None
            self.added.append(name)
            return LocalAuthority.objects.create(name=name, fhrs_code=code)
        if named.fhrs_code:
            raise BrokenFile(
                f"The file gives {name} the food hygiene code {code}, but it is known here "
                f"with {named.fhrs_code}.",
                _CORRECT,
            )
        if by is None or rows.changeable_by(by).filter(pk=named.pk).exists():
            named.fhrs_code = code
            named.save(update_fields=["fhrs_code"])
        return named

    def _refuse_older(self, known: list[LocalAuthority]) -> None:
        newer = [authority for authority in known if self.older_than(authority)]
        if not newer:
            return
        names = ", ".join(authority.name for authority in newer[:_NAMED])
        more = f" and {len(newer) - _NAMED} more" if len(newer) > _NAMED else ""
        latest = max(filter(None, (authority.extract_date for authority in newer)))
        of = f"is of {plain_time(self.date)}" if self.date else "does not say of which day it is"
        raise BrokenFile(
            f"The file {of}, and the registry has data of {plain_time(latest)} for {names}{more}. "
            "Old data would replace newer.",
            "Choose the newest file.",
        )


def _check_names(pairs: set[tuple[str, str]]) -> None:
    """Refuse a file in which one code has two names, or one name two codes."""
    names: dict[str, set[str]] = defaultdict(set)
    codes: dict[str, set[str]] = defaultdict(set)
    for code, name in pairs:
        names[code].add(name)
        codes[normal_name(name)].add(code)
    for code, called in sorted(names.items()):
        first, *others = sorted(called)
        for other in others:
            if not same_words(first, other):
                raise BrokenFile(
                    f"The file calls the authority with the food hygiene code {code} both {first} "
                    f"and {other}."
                )
    for name, given in sorted(codes.items()):
        if len(given) > 1:
            spelled = next(each for _, each in sorted(pairs) if normal_name(each) == name)
            listed = " and ".join(sorted(given))
            raise BrokenFile(f"The file gives {spelled} the food hygiene codes {listed}.")
