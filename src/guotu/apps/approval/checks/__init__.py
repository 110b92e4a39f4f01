"""One module per check; each turns a `Case` (and the land-use side) into a `CheckResult`."""
