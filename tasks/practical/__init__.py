"""Business rules of the kind that users bring: made-up regulations with the rule that follows them."""
