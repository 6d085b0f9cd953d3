"""The pages' routes."""
