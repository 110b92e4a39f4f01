"""Submission (汇交) on a node: packages made and checked, handed in step by step, adopted as versions, told of in bulletins."""
