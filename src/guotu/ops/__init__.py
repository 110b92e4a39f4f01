"""How it lasts."""
