"""Decides: a Ticket goes in, a Decision comes out. It reads; whatever must be written it returns as an intent."""
