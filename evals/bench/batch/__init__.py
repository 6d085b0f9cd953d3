"""How many rows a second the batch job decides, beside what the encoder alone can do, and beside other ways."""
