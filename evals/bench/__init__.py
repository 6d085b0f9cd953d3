"""How long a ticket takes, against the plain encoding of its text, and how that grows with the number of passages."""
