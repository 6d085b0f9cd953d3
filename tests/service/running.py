"""The service in this process, with a clock that tests turn."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from service.http.parts import Parts


@dataclass
class Clock:
    """Stands still until it is turned."""

    time: datetime = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **by: float) -> None:
        """Go on by so much."""
        self.time += timedelta(**by)


@dataclass
class Running:
    """The service with one key for each role."""

    app: FastAPI
    parts: Parts
    clock: Clock
    http: httpx2.AsyncClient
    keys: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: Any = None, role: str = "service", **headers: str) -> httpx2.Response:
        """POST a JSON body with the key of a role, or with a credential given as `role`."""
        return await self.http.post(path, json=body if body is not None else {}, headers=self._headers(role, headers))

    async def get(self, path: str, role: str = "service", **headers: str) -> httpx2.Response:
        """GET with the key of a role, or with a credential given as `role`."""
        return await self.http.get(path, headers=self._headers(role, headers))

    async def say(self, message: str, **fields: str) -> dict[str, Any]:
        """Return the Decision on a message."""
        answer = await self.post("/v1/chat", {"message": message, **fields})
        assert answer.status_code == 200, answer.text
        decision: dict[str, Any] = answer.json()
        return decision

    async def token(self, customer_id: str | None = None) -> str:
        """Return a chat token."""
        answer = await self.post("/v1/chat-tokens", {"customer_id": customer_id} if customer_id else {})
        token: str = answer.json()["token"]
        return token

    def _headers(self, role: str, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.keys.get(role, role)}"} | named
