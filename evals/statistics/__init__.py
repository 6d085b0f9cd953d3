"""Intervals, paired tests, resampling and verdicts: arithmetic alone, it knows nothing of tickets."""
