"""guotu (国土): the base-information platform for territorial space."""

__version__ = "0.1.0"
