"""Metamorphic relations: cases changed by code, where the decision must stay or must change."""
