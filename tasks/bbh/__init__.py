"""Tasks after BIG-Bench Hard (arXiv 2210.09261)."""
