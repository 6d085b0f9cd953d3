"""The way to any server that speaks OpenAI's protocol: the connection, the client, and what its failures mean."""
