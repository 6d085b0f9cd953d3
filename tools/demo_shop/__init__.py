"""A demo shop behind the protocol of tools/shop.py: another system than ours, in SQLite, on a fixed day."""
