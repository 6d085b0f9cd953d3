"""The batch job: a file of tickets in, a file of answers out, each row once, whatever kills it on the way."""
