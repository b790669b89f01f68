"""Tones of states: the one table from a state to the look of its tag.

A tone is a colour and a sign (``$tones`` in static/css/_components.scss); the words of the tag say
the same. What is said of a venue's response looks like nothing else: a refresher that was delivered
must not pass for one that was partly right.
"""

TONES: dict[str, dict[str, str]] = {
    "verdict": {"responded_well": "good", "partly": "partly", "refresher_needed": "poor"},
    "visit": {"planned": "waiting", "under_way": "active"},
    "operation": {"submitted": "waiting", "live": "active", "closed": "done"},
    "follow_up": {
        "offered": "waiting",
        "booked": "active",
        "delivered": "done",
        "confirmed": "done",
    },
    "concern": {"open": "alert", "in_hand": "active", "closed": "done"},
    "training": {"current": "done", "expiring": "soon", "expired": "over"},
}

#: Of what needs somebody now, and of what asks for nothing.
ALERT, NEUTRAL = "alert", "neutral"


def tone_of(kind: str, state: str) -> str:
    """The tone of a state; neutral where it asks for nothing or is not known."""
    return TONES[kind].get(state, NEUTRAL)


def tones() -> list[str]:
    """All tones there are, for the gallery."""
    of_states = [tone for states in TONES.values() for tone in states.values()]
    return list(dict.fromkeys([*of_states, ALERT, NEUTRAL]))
