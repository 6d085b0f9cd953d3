"""Where a failure comes from: the run is repeated with one step at a time put right."""
