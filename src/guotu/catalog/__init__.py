"""How it is found: resources, classification, search."""
