"""The compiler of core rules, one file for each kind of statement and expression."""
