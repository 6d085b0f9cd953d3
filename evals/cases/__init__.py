"""Cases: a ticket or conversation, the world it happens in, and what must be true at the end."""
