"""How good it is: measures of the agent on labelled tickets."""
