"""The tasks: one file each, grouped by the source of the problem."""
