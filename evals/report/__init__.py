"""A result as one HTML page that stands alone: no network, no script."""
