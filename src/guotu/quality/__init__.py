"""Whether to trust it: rules, topology, gate."""
