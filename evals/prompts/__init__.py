"""Each prompt alone, against the server that is named: one act at a time, with nothing around it that could mend it."""
