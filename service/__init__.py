"""How tickets get in and Decisions out: the doors, and nothing that decides."""
