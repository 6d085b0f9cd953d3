"""What the agent can look up and do in other systems: plain typed functions, each for one Identity, no LLM library."""
