"""The HTTP door: what every request passes before a route sees it, and the routes."""
