"""What the agent may quote and learn from: policies, examples, the encoder, the index and the classifier head."""
