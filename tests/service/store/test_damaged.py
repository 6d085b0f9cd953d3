"""A database file that is damaged, of another version or of another program: one clear line, and nothing is changed."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from sqlmodel import Session

from service.database import opened_database
from service.store.engine import sqlite_url
from service.store.errors import SchemaError, StoreDamaged
from service.store.store import Store
from service.store.tables import Conversation, Message
from tests.processes import Done
from tests.service.databases import Fresh, migrated
from tests.service.serving import Served, furnish, serving
from tests.service.store.rows import NOW, one_of_each

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PAGE = 4096
OLD = [f"V-{number:032}" for number in range(40)]  # conversations that lie on pages of their own


def _old_conversations(session: Session) -> None:
    for id in OLD:
        session.add(Conversation(id=id, turns=1, created_at=NOW, updated_at=NOW))
    session.flush()
    for id in OLD:
        said = f"marked {id} " + "x" * 3000
        session.add(Message(conversation_id=id, place=0, role="customer", text=said, created_at=NOW))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database of some pages, closed."""
    file = tmp_path / "service.db"
    migrated(sqlite_url(file))
    store = Store(sqlite_url(file))
    store.write_now(one_of_each)
    store.write_now(_old_conversations)
    store.close()
    assert not file.with_name("service.db-wal").exists()
    return file


@pytest.fixture
def environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands open that file."""
    monkeypatch.setenv("TRIAGE_VAR", str(file.parent))


def page_of(file: Path, id: str) -> int:
    """Where the page begins that holds a conversation's message."""
    return file.read_bytes().index(f"marked {id} ".encode()) // PAGE * PAGE


def overwrite(file: Path, at: int, junk: bytes) -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(junk)


def no_database(file: Path) -> None:
    file.write_bytes(b"this is no database " * 1000)


def header(file: Path) -> None:
    overwrite(file, 0, b"\xa5" * 100)


def truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // PAGE // 2 * PAGE])


def cut_within_a_page(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: PAGE + PAGE // 2])


def a_page_in_the_middle(file: Path) -> None:
    overwrite(file, page_of(file, OLD[20]), b"\xa5" * PAGE)


def the_tables_page(file: Path) -> None:
    overwrite(file, 100, b"\xa5" * 1000)


DAMAGES = (no_database, header, truncated, cut_within_a_page, a_page_in_the_middle, the_tables_page)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused(environment: None, file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    refused_untouched(file, StoreDamaged, "from a backup")


def newer(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE alembic_version SET version_num = '9999'")


def another_programs(connection: sqlite3.Connection) -> None:
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        connection.execute(f"DROP TABLE {name}")
    connection.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY)")


@pytest.mark.parametrize(("change", "says"), [(newer, "newer version"), (another_programs, "another program")])
def test_a_file_of_another_version_or_program_is_refused(
    environment: None, file: Path, change: Callable[[sqlite3.Connection], None], says: str
) -> None:
    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        change(connection)
        # As most programs keep theirs; a look at it must not change that.
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    refused_untouched(file, SchemaError, says)


def refused_untouched(file: Path, kind: type[Exception], says: str) -> None:
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(kind, match=says), opened_database(whole=True):
        pass
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("damage", [no_database, a_page_in_the_middle])
def test_serve_says_so_in_one_line(run: Callable[..., Done], file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    done = run("serve", "--demo", "--port", "0", TRIAGE_VAR=str(file.parent))
    assert (done.returncode, done.stdout) == (1, "")
    assert "from a backup" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (file.parent / "demo").exists()


@pytest.mark.slow
def test_a_postgres_of_a_newer_version_is_refused_in_one_line(
    run: Callable[..., Done], tmp_path: Path, fresh_postgres_database: Fresh
) -> None:
    url = fresh_postgres_database()
    store = Store(url)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    done = run("serve", "--demo", "--port", "0", TRIAGE_VAR=str(tmp_path), TRIAGE_DATABASE=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "newer version" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_journal_of_junk_counts_as_none(run: Callable[..., Done], file: Path) -> None:
    file.with_name("service.db-wal").write_bytes(b"\xa5" * 50_000)
    done = run("keys", "list", TRIAGE_VAR=str(file.parent))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("K-1")


@pytest.fixture
def served(root: Path, var: Path, file: Path) -> Iterator[Served]:
    with serving(root, furnish(var, file.parent)) as running:
        yield running


@pytest.mark.slow
def test_a_page_that_is_found_damaged_takes_what_is_on_it_and_no_more(served: Served, file: Path) -> None:
    """The rest is answered on, and a thread of junk is a new thread."""
    overwrite(file, page_of(file, OLD[20]), b"\xa5" * PAGE)
    headers = {"Authorization": f"Bearer {served.keys['service']}"}
    with httpx2.Client(base_url=served.address, headers=headers, timeout=10, trust_env=False) as http:
        found = http.get(f"/v1/conversations/{OLD[20]}")
        assert found.status_code == 503, found.text
        assert found.headers["retry-after"] == "5"
        assert http.get(f"/v1/conversations/{OLD[0]}").status_code == 200
        assert http.post("/v1/chat", json={"message": "hello", "conversation_id": OLD[20]}).status_code == 503
        with served.client() as client:
            first = client.chat("I want my money back", customer_id="C-1001")
            for junk in ("junk", '{"a": 1}', "[" * 10_000, "\x00", b"\xff\xfe".decode("latin-1")):
                _rewrite_thread(file, first.conversation_id, junk)
                again = client.chat("I want my money back for A-10234", conversation_id=first.conversation_id)
                assert again.order is not None
            assert client.triage("Where is my order A-10234?", customer_id="C-1001").order is not None
        assert http.get("/readyz").status_code == 200


def _rewrite_thread(file: Path, id: str, junk: str) -> None:
    connection = sqlite3.connect(file, timeout=5)
    with connection:
        assert connection.execute("UPDATE conversation SET thread = ? WHERE id = ?", (junk, id)).rowcount == 1
    connection.close()
