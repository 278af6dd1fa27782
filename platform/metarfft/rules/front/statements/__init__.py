"""Statements that the core does not have, written with those that it has."""
