"""Selection of a visit: drawn by chance, or picked."""

from django.db import models


class Selection(models.TextChoices):
    """Why a venue is in an operation. Only those drawn by chance from all speak for all venues."""

    RANDOM = "random", "Drawn by chance"
    """Every open venue of the command units had the same chance."""

    RANDOM_PART = "random_part", "Drawn by chance from a part"
    """Of the venues that somebody's filter left, each had the same chance: it speaks for those."""

    PRIORITY = "priority", "Priority"
    """Chosen, for example because it never had training or did not respond well before."""

    INTELLIGENCE = "intelligence", "Intelligence-led"
    """Chosen because of information about the venue or its area."""


#: What a draw alone may record: nobody picked these venues.
BY_CHANCE: tuple[str, ...] = (Selection.RANDOM, Selection.RANDOM_PART)
