"""What the service does when more comes than it can take: an open loop of requests against a real server."""
