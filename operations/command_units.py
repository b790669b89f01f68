"""The command unit on the row: whose visit it is, without asking its venue and the authority.

Row-level security and most pages ask of each row in which command unit it lies. That follows from
the venue's local authority; it stands on visits and on what tells of them too, so that a question
looks at its own rows only. Triggers write it, whatever else is written there, and write it anew
where a venue comes into another authority or an authority into another command unit. What is added
meanwhile waits for that, and that for what is being added.
"""

import pgtrigger
from django.db import models

from venues.models import CommandUnit, LocalAuthority, Venue


def command_unit_of_venue(
    *, index: bool = False
) -> "models.ForeignKey[CommandUnit | None, CommandUnit | None]":
    """A column for the command unit of the row's venue, kept by one of the triggers below.

    Args:
        index: Whether it has an index of its own.

    """
    return models.ForeignKey(
        CommandUnit,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=index,
        help_text="Of its venue: kept by PostgreSQL.",
    )


def _kept(name: str, source: str, found: str, *, locked: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{source}_id", "command_unit_id"),  # type: ignore[no-untyped-call]
        # Two questions: the second sees what was committed while the first one waited.
        func=f"""
            IF TG_OP = 'UPDATE' AND ROW(NEW.{source}_id, NEW.command_unit_id)
                IS NOT DISTINCT FROM ROW(OLD.{source}_id, OLD.command_unit_id) THEN
                RETURN NEW;
            END IF;
            PERFORM 1 FROM {locked} WHERE id = NEW.{source}_id FOR SHARE;
            NEW.command_unit_id := ({found});
            RETURN NEW;
        """,
    )


def kept_from_venue(name: str) -> pgtrigger.Trigger:
    """A trigger that keeps the command unit of the row's venue.

    Args:
        name: The rule, in words joined by underscores.

    """
    found = """
        SELECT authority.command_unit_id FROM venues_venue venue
        JOIN venues_localauthority authority ON authority.id = venue.local_authority_id
        WHERE venue.id = NEW.venue_id
    """
    return _kept(name, "venue", found, locked="venues_venue")


def kept_from_visit(name: str) -> pgtrigger.Trigger:
    """A trigger that keeps the command unit of the row's visit.

    Args:
        name: The rule, in words joined by underscores.

    """
    found = "SELECT command_unit_id FROM operations_visit WHERE id = NEW.visit_id"
    return _kept(name, "visit", found, locked="operations_visit")


def _tell(unit: str, which: str) -> str:
    return "".join(
        f"""
        UPDATE {table} told SET command_unit_id = {unit} FROM venues_venue venue
        WHERE venue.id = told.venue_id AND {which}
        AND told.command_unit_id IS DISTINCT FROM {unit};
        """  # noqa: S608
        for table in ("operations_visit", "operations_operationvenue", "operations_call")
    )


class VenueWithVisits(Venue):
    """A venue, as what stands in its command unit has it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="venue_tells_its_visits_the_command_unit",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.local_authority_id IS DISTINCT FROM NEW.local_authority_id"
                ),
                declare=[("unit", "bigint")],
                func=f"""
                    SELECT command_unit_id INTO unit
                    FROM venues_localauthority WHERE id = NEW.local_authority_id FOR SHARE;
                    {_tell("unit", "venue.id = NEW.id")}
                    RETURN NULL;
                """,  # noqa: S608
            )
        ]


class AuthorityWithVisits(LocalAuthority):
    """A local authority, as what stands in its command unit has it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="authority_tells_its_visits_the_command_unit",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.command_unit_id IS DISTINCT FROM NEW.command_unit_id"
                ),
                # Nobody plans at its venues meanwhile.
                func=f"""
                    PERFORM 1 FROM venues_venue WHERE local_authority_id = NEW.id
                    ORDER BY id FOR NO KEY UPDATE;
                    {_tell("NEW.command_unit_id", "venue.local_authority_id = NEW.id")}
                    RETURN NULL;
                """,
            )
        ]
