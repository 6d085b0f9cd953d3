"""The pictures of the page, each with its caption and the same numbers as a table."""
