"""The routes, one file for each kind of caller and thing."""
