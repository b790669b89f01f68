"""References as people count them: WC-9 before WC-10, and WC-001 the same as wc-1."""

from django.db.models import CharField, Field, TextField, Transform

#: Figures of a number that count; no reference is as long.
_WIDTH = 40


@CharField.register_lookup
class NaturalOrder(Transform):
    """A column with capitals, and each number as long as any other.

    To put in order by and to be unique by: case and noughts in front make no other reference.
    """

    lookup_name = "natural"
    #: The order must not depend on the locale with which a database was made.
    template = (
        "(regexp_replace(regexp_replace(upper(%(expressions)s),"
        f" '([0-9]+)', repeat('0', {_WIDTH}) || '\\1', 'g'),"
        f" '0*([0-9]{{{_WIDTH}}})(?![0-9])', '\\1', 'g') COLLATE \"C\")"
    )
    output_field: "Field[str, str]" = TextField()
