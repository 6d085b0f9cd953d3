"""The pages: customers write, people at the desk decide, those who run it look. Forms need no script."""
