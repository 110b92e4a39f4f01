"""What is decided on it: closed slices that do not know each other."""
