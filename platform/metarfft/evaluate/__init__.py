"""Evaluation: sweeps over lengths, metrics, report."""
