"""Looks up a server's name in a thread of its own. The connection's client would look it up in one of the few threads
that tools and the store work in too, and a resolver that hangs would soon have all of them."""

import asyncio
import ipaddress
import socket
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass

GOOD_S = 5.0  # for so long a name that resolved is taken to resolve


@dataclass
class Name:
    """One server's name: asked for once at a time, whoever waits for the answer or has gone away."""

    host: str
    _under_way: "Future[bool] | None" = None
    _good_until: float = 0.0

    async def resolves(self, within_s: float) -> bool:
        """Say whether it resolves; raises TimeoutError where nobody can say in time."""
        if _is_address(self.host) or time.monotonic() < self._good_until:
            return True
        if self._under_way is None or self._under_way.done():
            self._under_way = _begun(self.host)
        async with asyncio.timeout(within_s):
            found = await asyncio.wrap_future(self._under_way)
        if found:
            self._good_until = time.monotonic() + GOOD_S
        return found


def _begun(host: str) -> "Future[bool]":
    found: Future[bool] = Future()
    found.set_running_or_notify_cancel()  # from now on nobody who goes away can cancel it for the others
    threading.Thread(target=lambda: found.set_result(_look_up(host)), daemon=True, name="name").start()
    return found


def _look_up(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
