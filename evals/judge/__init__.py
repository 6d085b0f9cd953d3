"""Judges of what code can't judge, and whether they may be believed: never before people have agreed with them."""
