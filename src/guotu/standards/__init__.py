"""The rules of the trade as versioned data."""
