"""What the territory is made of: immutable nouns, no I/O, no clock."""
