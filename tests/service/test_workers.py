"""Several workers on one database: whichever answers, it is one service."""

import dataclasses
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from service.client import TriageClient
from tests.service.databases import Fresh
from tests.service.serving import Served, furnish, serving
from tools.demo_shop.seed import SHOP_DAY, seeded_orders
from tools.demo_shop.store import DemoShop
from tools.records import Order
from tools.refund_rules import refund_rules
from tools.refunds import judge

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]
WORKERS = 2
SENT_WITHIN = 30.0  # seconds


@dataclasses.dataclass(frozen=True)
class Shift:
    """A server with its workers."""

    served: Served
    workers: Sequence[psutil.Process]

    @contextmanager
    def only(self, number: int) -> Iterator[None]:
        """Let one worker answer; the others stand still meanwhile, none of them in the middle of a transaction."""
        others = [worker for place, worker in enumerate(self.workers) if place != number]
        with ExitStack() as resumed:
            for worker in others:
                resumed.callback(worker.send_signal, signal.SIGCONT)
            while not self._stand_still(others):
                for worker in others:
                    worker.send_signal(signal.SIGCONT)
            yield

    def _stand_still(self, others: Sequence[psutil.Process]) -> bool:
        for worker in others:
            worker.send_signal(signal.SIGSTOP)
        with self.desk() as http:
            return http.post("/v1/chat-tokens", json={}).status_code == 200

    def desk(self) -> httpx2.Client:
        """Return a client that may do everything, over connections of its own."""
        headers = {"Authorization": f"Bearer {self.served.keys['admin']}"}
        return httpx2.Client(base_url=self.served.address, headers=headers, timeout=10, trust_env=False)

    def counted(self, name: str, **labels: str) -> float:
        """Return the sum of a figure over all lines of /metrics with these labels."""
        text = httpx2.get(f"{self.served.address}/metrics", timeout=10, trust_env=False).text
        lines = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        return sum(float(value) for found, value in lines if wanted <= set(re.findall(r'\w+="[^"]*"', found)))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shift(
    request: pytest.FixtureRequest, root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shift]:
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}_database")
    own = furnish(var, tmp_path_factory.mktemp("workers"))
    with serving(root, own, "--workers", str(WORKERS), TRIAGE_DATABASE=fresh(), TRIAGE_LIMITS="false") as served:
        yield Shift(served, workers_of(served))


def workers_of(served: Served) -> list[psutil.Process]:
    """Return the processes that listen beside the first."""
    children = psutil.Process(served.process.pid).children()
    workers = [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
    assert len(workers) == WORKERS
    return workers


def test_a_conversation_goes_on_over_whichever_worker(shift: Shift) -> None:
    before = shift.counted("triage_requests_total", route="/v1/chat")
    conversation, said = None, ("I want my money back", "it's A-10234", "Where is it?", "thank you")
    for number, message in enumerate(said):
        # A new connection each time: one that is kept stays with its worker.
        with shift.only(number % WORKERS), shift.served.client() as client:
            customer = "C-1001" if conversation is None else None
            decision = client.chat(message, conversation_id=conversation, customer_id=customer)
            conversation = decision.conversation_id
    with shift.only(0), shift.served.client() as client:
        seen = client.conversation(conversation or "")
    assert [one.text for one in seen.messages if one.role == "customer"] == list(said)
    assert shift.counted("triage_requests_total", route="/v1/chat") == before + len(said)


def test_a_key_and_a_token_of_one_worker_hold_at_the_other(shift: Shift) -> None:
    answers = []
    for number in range(WORKERS):
        with shift.only(number), shift.served.client() as client:
            answers.append(client.triage("Where is my order A-10234?", customer_id="C-1001", key="one"))
            token = client.chat_token("C-1001")
        with shift.only(WORKERS - 1 - number), TriageClient(shift.served.address, token) as browser:
            browser.chat("hello")
    assert answers[0] == answers[1]


@pytest.fixture(scope="module")
def orders() -> list[Order]:
    """Orders that qualify for a refund."""
    return [order for order in seeded_orders() if judge(order, SHOP_DAY, refund_rules()).eligible][:6]


def test_what_is_approved_at_any_worker_is_paid_once(shift: Shift, orders: list[Order]) -> None:
    paid = {order.order_id: approved(shift, number % WORKERS, order) for number, order in enumerate(orders)}
    assert len(paid) == len(orders) > WORKERS
    shop = DemoShop(shift.served.var / "shop.db")
    for order in orders:
        case, amount = paid[order.order_id]
        issued(shift, case)
        now = shop.order(order.order_id)
        assert now is not None
        assert now.refunded_minor == order.refunded_minor + amount
    shop.close()


def approved(shift: Shift, number: int, order: Order) -> tuple[str, int]:
    """Have a refund offered and approved by one worker; return the case's path and the amount."""
    with shift.only(number), shift.desk() as http:
        asked = {"text": f"I want my money back for {order.order_id}", "customer_id": order.customer_id}
        decision = http.post("/v1/triage", json=asked).json()
        cases = http.get("/v1/desk/cases").json()["cases"]
        (id,) = (one["case_id"] for one in cases if one["ticket_id"] == decision["ticket_id"])
        assert http.post(f"/v1/desk/cases/{id}/approve", json={}).status_code == 200
        return f"/v1/desk/cases/{id}", decision["refund"]["amount_minor"]


def issued(shift: Shift, case: str) -> None:
    """Wait until the shop has paid, whichever worker asks it to."""
    ends = time.monotonic() + SENT_WITHIN
    with shift.desk() as http:
        while (state := http.get(case).json()["proposal"]["state"]) != "issued":
            assert state == "approved"
            assert time.monotonic() < ends
            time.sleep(0.05)
