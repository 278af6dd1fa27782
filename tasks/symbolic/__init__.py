"""Symbolic reasoning tasks after chain-of-thought prompting (arXiv 2201.11903)."""
