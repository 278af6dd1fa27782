"""Tasks after NUPA, the number understanding and processing tests (arXiv 2411.03766)."""
