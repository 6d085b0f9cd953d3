"""One connection: uvicorn's own protocol with bounds, so that a client who sends slowly or never reads holds nothing.

A head that is too large or comes too late ends the connection, and so does an answer that is not taken.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.http.problems import document

LARGEST_HEAD = 32 * 1024  # bytes of a request's line and headers
LEAST_TAKEN = 16 * 1024  # bytes that a client takes of an answer within its time, where there are so many
PATIENCE = "patience"  # in the application's state: the seconds that a client has, see ServiceSettings


class HeadTooLarge(Exception):
    """The parser stops at it."""


class BoundedProtocol(HttpToolsProtocol):
    """Closes the connection of a client who would hold it without end."""

    _in_head = True
    _head = 0  # bytes of a head that is not whole yet
    _refusal = 400  # of what the parser stops at
    _head_due: asyncio.TimerHandle | None = None
    _taken_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See HttpToolsProtocol."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # tells at once what the client has not taken
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """See HttpToolsProtocol."""
        for due in (self._head_due, self._taken_due):
            if due is not None:
                due.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See HttpToolsProtocol."""
        if self._head_due is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()
        in_head, before = self._in_head, self.cycle
        super().data_received(data)
        if in_head and self.cycle is before:  # all of it was of a head that goes on
            self._head += len(data)
            if self._head > LARGEST_HEAD and not self.transport.is_closing():
                self._refusal = 431
                self.send_400_response("The head is too large.")

    def on_headers_complete(self) -> None:
        """See HttpToolsProtocol; raises HeadTooLarge."""
        self._in_head, self._head = False, 0
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._refusal = 431
            raise HeadTooLarge
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """See HttpToolsProtocol."""
        self._in_head = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser stopped at with a problem document, and close. An answer in progress is cut."""
        if self.cycle is None or self.cycle.response_complete:
            answer = document(self._refusal, msg, {"Connection": "close"})
            headers = [*self.server_state.default_headers, *answer.raw_headers]
            lines = b"".join(b"%b: %b\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[self._refusal] + lines + b"\r\n" + bytes(answer.body))
        self.transport.close()

    def pause_writing(self) -> None:
        """See HttpToolsProtocol: the client does not take what is sent to it."""
        super().pause_writing()
        self._expect_taking()

    def resume_writing(self) -> None:
        """See HttpToolsProtocol: it has taken all of it."""
        super().resume_writing()
        if self._taken_due is not None:
            self._taken_due.cancel()
            self._taken_due = None

    def _expect_head(self) -> None:
        self._head_due = self.loop.call_later(self.app_state[PATIENCE], self.transport.close)

    def _expect_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._taken_due = self.loop.call_later(self.app_state[PATIENCE], self._require_taken, left)

    def _require_taken(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < LEAST_TAKEN:
            self.transport.abort()
        else:
            self._expect_taking()
