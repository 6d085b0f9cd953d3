"""One step a file: (state, deps) -> what changed. Steps that wait are async, the others plain; all only read."""
