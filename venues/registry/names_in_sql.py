"""The normal form of names in queries and columns: the twin of ``names.py`` in PostgreSQL."""

from django.db.models import CharField, Field, Func, GeneratedField, TextField, Transform


@CharField.register_lookup
class NormalName(Transform):
    """The normal form of a column, in the order of the alphabet wherever it is sorted by.

    ``filter(name__normal=normal_name(text))`` finds what is called so, however it is written.
    """

    lookup_name = "normal"
    function = "makesafe_normal_name"
    #: The order must not depend on the locale with which a database was made.
    template = '(%(function)s(%(expressions)s) COLLATE "C")'
    output_field: "Field[str, str]" = TextField()


class Squeezed(Func):
    """The normal form of several columns, none NULL, without any space: to look for words in."""

    function = "makesafe_normal_name"
    template = "(replace(%(function)s(%(expressions)s), ' ', '') COLLATE \"C\")"
    arg_joiner = " || ' ' || "
    output_field: "Field[str, str]" = TextField()


def kept_normal(name: str) -> "GeneratedField":
    """A column that PostgreSQL keeps: the normal form of the field ``name``."""
    return GeneratedField(
        expression=NormalName(name), output_field=TextField(db_collation="C"), db_persist=True
    )
