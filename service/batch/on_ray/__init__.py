"""The batch on Ray, whose actors may be on any machine of a cluster."""
