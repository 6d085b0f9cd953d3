"""A shop behind the protocol of tools/shop.py that is reached over HTTP, and of which nothing is believed unchecked."""

import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import SecretStr

from tools.http_answers import OwnerAnswer, no_answer, record_in, says
from tools.records import Order, Refund, RefundAsked
from tools.shop import RefundKeyReused, RefundRefused

CONNECT_S, READ_S = 0.5, 1.0
LONGEST_ANSWER_S = 2.0  # of the whole body, which may come a byte at a time
LARGEST_ANSWER = 1_000_000  # bytes
CONNECTIONS = 32


class HttpShop:
    """Asks a shop's HTTP interface; see tools.shop.Shop. Bodies are JSON, closed records as in tools/records.py.

    - `GET /orders/{id}`: 200 with an Order, or 404 `no_such_order`.
    - `POST /orders/{id}/owner` with `email`: 200 with `owner`, false too where there is no such order.
    - `POST /orders/{id}/refunds` with `amount_minor`, `currency`, perhaps `refunded_minor` (pay only while this much of
      the order is refunded), and the header Idempotency-Key: 200 or 201 with a Refund, 404 `no_such_order`,
      409 `key_reused`, or 422 `refused`.
    - `GET /orders/{id}/refunds?key={key}`: 200 with a Refund, or 404 `no_such_order` or `no_such_refund`.

    Those names stand in `{"error": name}`; a status without its name may come from whatever stands in between and is
    no answer. Neither are redirects, records of another order, fields that are not known, and more than 1 MB.
    """

    def __init__(self, address: str, token: SecretStr | None = None) -> None:
        """Reach the shop at an http or https address, with a bearer token if there is one. Nothing is asked yet.

        Raises ValueError for an address that is none or that holds credentials, a query or a fragment, and for a token
        that is not printable ASCII.
        """
        self._address = _checked(address)
        secret = token.get_secret_value() if token else ""
        if not (secret.isascii() and secret.isprintable()):
            raise ValueError("the shop's token is not printable ASCII")  # the client's own error would show it
        self._client = httpx2.Client(
            headers={"Accept": "application/json", "Accept-Encoding": "identity"}
            | ({"Authorization": f"Bearer {secret}"} if secret else {}),
            timeout=httpx2.Timeout(READ_S, connect=CONNECT_S, pool=CONNECT_S),
            limits=httpx2.Limits(max_connections=CONNECTIONS),
            follow_redirects=False,
            trust_env=False,  # no proxy and no credentials that nobody named here
        )
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # customers share the client

    def order(self, order_id: str) -> Order | None:
        """See Shop.order."""
        if not _can_be_asked(order_id):
            return None
        status, body = self._ask("GET", _path(order_id))
        if says(status, body, {404: ("no_such_order",)}):
            return None
        order = record_in(Order, status, body)
        if order.order_id != order_id:
            raise no_answer("it answered with another order than was asked")
        return order

    def belongs_to(self, order_id: str, email: str) -> bool:
        """See Shop.belongs_to."""
        if not _can_be_asked(order_id):
            return False
        email = email.strip().encode("utf-8", "replace").decode()  # a lone surrogate can't be sent
        status, body = self._ask("POST", f"{_path(order_id)}/owner", {"email": email})
        return record_in(OwnerAnswer, status, body).owner

    def refund(
        self, order_id: str, amount_minor: int, currency: str, key: str, *, seen_refunded_minor: int | None = None
    ) -> Refund:
        """See Shop.refund."""
        asked = RefundAsked(order_id=order_id, amount_minor=amount_minor, currency=currency, key=key)
        if not _can_be_asked(order_id):
            raise RefundRefused("there is no such order")
        seen = {} if seen_refunded_minor is None else {"refunded_minor": seen_refunded_minor}
        content = {"amount_minor": amount_minor, "currency": currency} | seen
        status, body = self._ask("POST", f"{_path(order_id)}/refunds", content, {"Idempotency-Key": key})
        if says(status, body, {404: ("no_such_order",), 422: ("refused",)}):
            raise RefundRefused("the shop refuses to pay")
        if says(status, body, {409: ("key_reused",)}):
            raise RefundKeyReused("the key has paid another order, amount or currency")
        refund = record_in(Refund, status, body)
        if not refund.answers(asked):
            raise no_answer("it answered with another refund than was asked")
        return refund

    def find_refund(self, order_id: str, key: str) -> Refund | None:
        """See Shop.find_refund."""
        if not _can_be_asked(order_id):
            return None
        status, body = self._ask("GET", f"{_path(order_id)}/refunds?key={_quoted(key)}")
        if says(status, body, {404: ("no_such_order", "no_such_refund")}):
            return None
        refund = record_in(Refund, status, body)
        if (refund.order_id, refund.key) != (order_id, key):
            raise no_answer("it answered with another refund than was asked")
        return refund

    def close(self) -> None:
        """See Shop.close."""
        self._client.close()

    def _ask(
        self, method: str, path: str, content: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return status and body; raises ShopUnavailable, which holds nothing of either nor of what was sent."""
        ends = time.monotonic() + LONGEST_ANSWER_S
        body = bytearray()
        try:
            with self._client.stream(method, f"{self._address}{path}", json=content, headers=headers) as answer:
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > LARGEST_ANSWER or time.monotonic() > ends:
                        break
                else:
                    return answer.status_code, bytes(body)
            problem = "its answer is too long or too slow"
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as failure:
            problem = f"it cannot be reached ({type(failure).__name__})"
        raise no_answer(problem)


def _checked(address: str) -> str:
    """Return the address without a slash at its end; the errors don't show it, since it may hold a password."""
    try:
        url = httpx2.URL(address)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("the shop's address is no http or https address")
    if url.userinfo or "?" in address or "#" in address:
        raise ValueError("the shop's address holds credentials, a query or a fragment")
    return address.rstrip("/")


def _can_be_asked(order_id: str) -> bool:
    """Say whether the id can stand in a path: servers on the way take dots alone, even escaped ones, for folders."""
    return order_id.strip(".") != ""


def _path(order_id: str) -> str:
    return f"/orders/{_quoted(order_id)}"


def _quoted(part: str) -> str:
    return quote(part, safe="", errors="surrogatepass")
