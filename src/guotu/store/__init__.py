"""Where it is recorded: ports here, backends in the sub-packages (only `guotu.node` imports those)."""
