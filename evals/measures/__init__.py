"""From checked answers to numbers, each with its n, its interval and what could not be judged."""
