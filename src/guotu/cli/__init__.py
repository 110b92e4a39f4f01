"""How it is told: one file per verb."""
