"""What it tells: overlay, statistics, cartography."""
