"""The image's health check: ends with 0 where the service at HOST:PORT would decide and keep a ticket, else with 1."""

import http.client
import sys

PATIENCE_S = 2.0  # less than the timeout of HEALTHCHECK, so that it is this that ends


def ready(address: str) -> bool:
    """Ask /readyz. No proxy variable has a say in it, as it would with urllib."""
    try:
        connection = http.client.HTTPConnection(address, timeout=PATIENCE_S)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


if __name__ == "__main__":
    sys.exit(0 if ready(sys.argv[1]) else 1)
