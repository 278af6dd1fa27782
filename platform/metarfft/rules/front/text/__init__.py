"""What the text is: how it was pasted, which function is the rule, what its names are."""
