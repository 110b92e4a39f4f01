"""An invented county with planted conflicts and their truth."""
