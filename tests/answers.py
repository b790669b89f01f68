"""What an officer answers on the form of an outcome, for tests that are about something else."""

#: Staff noticed nothing, let the room and called nobody.
NOTHING_NOTICED = {
    "challenged": "no",
    "asked_for_identification": "no",
    "signs_recognised": "no",
    "room_refused": "no",
    "police_contacted": "no",
    "staff_debriefed": "yes",
    "materials_left": "yes",
    "refresher_accepted": "not_known",
}
