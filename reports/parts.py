"""Parts of a dashboard's answer, each a question of ``figures`` or ``months`` (``figures.py``).

Every count is a sum: figures of one kind stand in several rows, some of which take others back.
"""

# What readers ask for is in the values, never in the text.
# ruff: noqa: S608

from accounts.database.references import NaturalOrder
from operations.figures.counting import COUNTS
from operations.models import Figure
from venues.registry.names_in_sql import NormalName

_SUMS = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in COUNTS)


def _rates(way: Figure.Way, of: str, *, source: str = "figures") -> str:
    """Completed visits of the selection and those that responded well, for each value of ``of``."""
    return f"""
        SELECT {of}, sum(completed) AS n, sum(well) AS well FROM {source}
        WHERE way = '{way}' AND selection = %(selection)s
        GROUP BY {of} HAVING sum(completed) > 0
    """


def _in_order(column: str) -> str:
    return NormalName.template % {"function": NormalName.function, "expressions": column}


#: The parts of an answer, each a question of ``figures``.
PARTS = {
    "totals": f"""
        SELECT {_SUMS} FROM figures WHERE way = '{Figure.Way.KIND}' AND selection = %(selection)s
    """,
    "months": f"{_rates(Figure.Way.TRAINING, 'month', source='months')} ORDER BY month",
    "training": _rates(Figure.Way.TRAINING, "name"),
    "kinds": f"{_rates(Figure.Way.KIND, 'name')} ORDER BY n DESC, name",
    "units": f"""
        SELECT unit.name, n, well FROM ({_rates(Figure.Way.KIND, "command_unit_id")}) f
        LEFT JOIN venues_commandunit unit ON unit.id = f.command_unit_id
        ORDER BY {_in_order("unit.name")}
    """,
    "groups": f"""
        SELECT g.name, n, well FROM ({_rates(Figure.Way.GROUP, "group_id")}) f
        LEFT JOIN venues_venuegroup g ON g.id = f.group_id
        ORDER BY n DESC, {_in_order("g.name")}
    """,
    "scenarios": f"""
        SELECT s.id, s.title, s.version, n, well
        FROM ({_rates(Figure.Way.KIND, "scenario_id")}) f
        JOIN operations_scenario s ON s.id = f.scenario_id
        ORDER BY {_in_order("s.title")}, s.version
    """,
    "newest": f"""
        SELECT s.id FROM ({_rates(Figure.Way.KIND, "scenario_id")}) f
        JOIN operations_scenario s ON s.id = f.scenario_id
        ORDER BY s.created_at DESC, s.id DESC LIMIT 1
    """,
    "selections": f"""
        SELECT selection, scenario_id, sum(completed) AS n, sum(well) AS well FROM figures
        WHERE way = '{Figure.Way.KIND}'
        GROUP BY selection, scenario_id HAVING sum(completed) > 0
    """,
    "reasons": f"""
        SELECT name, sum(finished) AS n FROM figures
        WHERE way = '{Figure.Way.REASON}' AND selection = %(selection)s
        GROUP BY name HAVING sum(finished) > 0 ORDER BY n DESC, name
    """,
    # References are put in order only among the operations of a day, as far as is asked.
    "operations": f"""
        SELECT reference, name, n, well, operations FROM (
            SELECT p.starts_on, p.reference, p.name, n, well, count(*) OVER () AS operations
            FROM ({_rates(Figure.Way.OPERATION, "operation_id")}) f
            JOIN operations_operation p ON p.id = f.operation_id
            ORDER BY p.starts_on DESC OFFSET 0
        ) p
        ORDER BY starts_on DESC, {NaturalOrder.template % {"expressions": "reference"}}
        LIMIT %(limit)s OFFSET %(offset)s
    """,
    "draws": f"""
        SELECT draw.units, draw.filters, draw.of_all, draw.left_out > 0 AS left_out,
            sum(f.taken_out) AS taken_out, sum(f.finished) AS finished
        FROM (
            SELECT draw_id, taken_out, sum(finished) AS finished FROM figures
            WHERE way = '{Figure.Way.OPERATION}' AND selection = %(selection)s
            GROUP BY draw_id, taken_out HAVING sum(finished) > 0
        ) f
        LEFT JOIN operations_draw draw ON draw.id = f.draw_id
        GROUP BY 1, 2, 3, 4 ORDER BY min(draw.id)
    """,
}

#: What the filters offer: what finished visits have, each an order of its model.
OFFERS = {
    "units": f"""
        SELECT unit.id, unit.name FROM (
            SELECT command_unit_id FROM figures WHERE way = '{Figure.Way.KIND}'
            GROUP BY 1 HAVING sum(finished) > 0
        ) f
        JOIN venues_commandunit unit ON unit.id = f.command_unit_id
        ORDER BY {_in_order("unit.name")}
    """,
    "scenarios": f"""
        SELECT s.id, s.title, s.version FROM (
            SELECT scenario_id FROM figures WHERE way = '{Figure.Way.KIND}'
            GROUP BY 1 HAVING sum(finished) > 0
        ) f
        JOIN operations_scenario s ON s.id = f.scenario_id
        ORDER BY {_in_order("s.title")}, s.version DESC
    """,
}
