"""How it arrives: readers, normalise, check, land as a version."""
