"""Lines that hide a loop: named, and written out as loops."""
