"""Statistics, dashboards and exports: reads what the other apps hold, and holds nothing."""
