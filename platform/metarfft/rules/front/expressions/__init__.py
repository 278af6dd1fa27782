"""Expressions that the core does not have, written with those that it has, in Python's order of evaluation."""
