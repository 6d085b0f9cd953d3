"""The terminal door, one command a file. Heavy parts are imported when a command runs, not before."""
