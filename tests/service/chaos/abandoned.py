"""Makes what a dead process held older, as if the time had passed after which others may take it over."""

from sqlmodel import Session, select

from service.store.idempotency import ABANDONED
from service.store.outbox import LEASE
from service.store.store import Store
from service.store.tables import IdempotencyRow, OutboxRow


def let_go(store: Store) -> None:
    """Let the claims and leases of the dead be over. Nobody may be at work meanwhile."""

    def unit(session: Session) -> None:
        for claim in session.exec(select(IdempotencyRow).where(IdempotencyRow.state == "in_progress")):
            claim.claimed_at -= ABANDONED
        for leaving in session.exec(select(OutboxRow).where(OutboxRow.state == "pending")):
            leaving.next_at -= LEASE

    store.write_now(unit)
