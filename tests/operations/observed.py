"""What a team observed, where tests of several rooms log it."""

from operations.visits.facts import OutcomeFacts

#: The venue responded well.
GOOD = OutcomeFacts(
    challenged=True,
    asked_for_identification=True,
    signs_recognised=True,
    room_refused=True,
    refusal_ground="warning_signs",
    police_contacted=True,
    contact_method="101",
    staff_debriefed=True,
    materials_left=True,
)
