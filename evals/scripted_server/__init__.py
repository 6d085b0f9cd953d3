"""A model server that says what it was told to say, over real HTTP: for what no real model does on demand."""
