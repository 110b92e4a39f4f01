"""Compliance review of a project boundary (用地合规性审查)."""
