"""A shop's HTTP interface on the loopback, for tests: answers that are given, or those of a shop behind it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from tools.shop import RefundKeyReused, RefundRefused, Shop


@dataclass(frozen=True)
class Asked:
    """What arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is sent back; its body piece by piece, as an iterator may sleep in between."""

    status: int
    body: bytes | Iterator[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, content: object) -> "Answer":
        return cls(status, json.dumps(content).encode())


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """Serve on a free port and give the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found = answer(Asked(self.command, self.path, dict(self.headers), body))
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            if isinstance(found.body, bytes):
                self.send_header("Content-Length", str(len(found.body)))
                self.end_headers()
                self.wfile.write(found.body)
                return
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                for piece in found.body:
                    self.wfile.write(piece)
            except OSError:  # the asker has heard enough
                pass

        do_GET = do_POST = _answer  # noqa: N815 - named by the library

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/shop/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shop_behind(shop: Shop) -> Callable[[Asked], Answer]:
    """Answer as HttpShop's description says, from another shop."""

    def answer(asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        _, root, version, orders, *rest = parts.path.split("/")
        assert (root, version, orders) == ("shop", "v1", "orders")
        order_id = unquote(rest[0])
        match asked.method, rest[1:]:
            case "GET", []:
                order = shop.order(order_id)
                return Answer(200, order.model_dump_json().encode()) if order else _problem(404, "no_such_order")
            case "POST", ["owner"]:
                return Answer.of(200, {"owner": shop.belongs_to(order_id, json.loads(asked.body)["email"])})
            case "POST", ["refunds"]:
                return _refund(shop, order_id, asked)
            case "GET", ["refunds"]:
                refund = shop.find_refund(order_id, parse_qs(parts.query)["key"][0])
                return Answer(200, refund.model_dump_json().encode()) if refund else _problem(404, "no_such_refund")
        raise AssertionError(asked)

    return answer


def _refund(shop: Shop, order_id: str, asked: Asked) -> Answer:
    content = json.loads(asked.body)
    seen = content.pop("refunded_minor", None)
    try:
        refund = shop.refund(order_id, **content, key=asked.headers["Idempotency-Key"], seen_refunded_minor=seen)
    except RefundRefused:
        return _problem(422 if shop.order(order_id) else 404, "refused" if shop.order(order_id) else "no_such_order")
    except RefundKeyReused:
        return _problem(409, "key_reused")
    return Answer(201, refund.model_dump_json().encode())


def _problem(status: int, name: str) -> Answer:
    return Answer.of(status, {"error": name})
