"""What the cascade makes of a large model: how right it is, against how often it is asked."""
