"""Tables of tickets as files: CSV, JSON lines and Parquet, read and written."""
