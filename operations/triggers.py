"""Triggers by which PostgreSQL itself refuses what no act may do, each with a sentence why.

The acts refuse first and in kinder words. These stand behind them, for a slip in the code, a shell
or a query by hand. Each is named for its rule; the sentence is what the error says.
"""

import pgtrigger


def never_changes(
    name: str, sentence: str, *columns: str, once: str | None = None
) -> pgtrigger.Trigger:
    """A trigger that refuses to change any of ``columns``.

    Args:
        name: The rule, in words joined by underscores.
        sentence: What the error says; no quotes in it.
        columns: As the table names them, so a foreign key ends in ``_id``.
        once: A condition on OLD, in SQL: until it is true the columns may change.

    """
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    changed = f"ROW({old}) IS DISTINCT FROM ROW({new})"
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"{changed} AND ({once})" if once else changed),
        func=f"RAISE EXCEPTION '{sentence}';",
    )
