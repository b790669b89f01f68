"""What the form of a draw sends where nobody touches it."""

DESIGN = {
    "allocation": "proportional",
    "precision": "3",
    "rate": "50",
    "eligible": "95",
    "completed": "90",
    "design_effect": "1",
    "number": "",
    "reserves": "25",
}
