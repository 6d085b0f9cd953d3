"""How long a ticket takes with a large model behind a server of a known delay."""
