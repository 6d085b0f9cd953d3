"""What can be put to the cases: the agent itself, and trivial ones that any measure must tell apart from it."""
