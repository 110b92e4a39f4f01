"""What each format needs before and while it is read."""
