"""How to measure: pure verbs on arrays, no I/O, no clock, no settings."""
