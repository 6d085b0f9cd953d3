"""What must be true of an answer, one small check each. Code only; what code can't judge is said to be so."""
