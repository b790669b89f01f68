"""What every test may rely on."""

import os

# The suite runs with the demonstration's settings, on private servers unless the environment
# names others.
os.environ.setdefault("DEMO", "1")
