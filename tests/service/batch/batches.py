"""Runs of `triage batch` in a process of its own, over tickets that are written here."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from tests.processes import TRIAGE, Done, run

TEXTS = (
    "Where is my order A-10234?",
    "I want my money back for the lamp.",
    "How do I reset my password?",
    "Please cancel my subscription.",
    "The kettle arrived broken.",
    "Do you deliver to Norway?",
    "My card was charged twice.",
    "Can I change the address of A-10235?",
    "Your driver was rude.",
    "Does the oak shelf come in white?",
    "The app crashes when I log in.",
    "What is the capital of France?",
)
LONGEST_S = 300


def tickets(count: int, seed: int = 1) -> list[dict[str, str]]:
    """Return rows with an id, a text that differs from all others, a customer, and a column of their own."""
    draw = random.Random(seed)
    return [
        {
            "id": f"t-{number}",
            "text": f"{draw.choice(TEXTS)} {' '.join(draw.choice(TEXTS).split()[:3])} ({number})",
            "customer_id": draw.choice(["C-1001", "C-1002", ""]),
            "note": draw.choice(["=1+1", "plain", "two\nlines"]),
        }
        for number in range(count)
    ]


def write_csv(file: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write rows as CSV."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def write_jsonl(file: Path, rows: Iterable[object]) -> Path:
    """Write rows as JSON lines."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def read_jsonl(file: Path) -> list[dict[str, object]]:
    """Return the objects of a file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def batch(root: Path, *arguments: str | Path, **environment: str) -> Done:
    """Run a batch to its end; it is started in the checkout, whose var/ holds what was built."""
    return run([TRIAGE, "batch", *arguments], root, environment, longest_s=LONGEST_S)


def begun(
    root: Path, *arguments: str | Path, talk: Path = Path(os.devnull), **environment: str
) -> subprocess.Popen[bytes]:
    """Start a batch, in a session of its own; all that it says on either stream goes to `talk`."""
    with talk.open("wb") as said:
        return subprocess.Popen(
            [TRIAGE, "batch", *map(str, arguments)],
            cwd=root,
            env=os.environ | environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def living(session: int) -> list[str]:
    """Return what runs in a session: each process with its id. One that has ended and is still listed is none."""
    command = ["ps", "-ww", "-s", str(session), "-o", "stat=,pid=,args="]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line.split(maxsplit=1)[1] for line in found.stdout.splitlines() if not line.startswith("Z")]


def spoiled(file: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write rows as CSV, with some among them that can't be read, and some that come twice."""
    write_csv(file, rows)
    lines = file.read_bytes().splitlines(keepends=True)
    lines.insert(len(lines) // 2, b'"broken\n')
    lines.append(b"t-0,again,,\n")
    file.write_bytes(b"".join(lines))
    return file


def files(folder: Path, name: str) -> dict[str, bytes]:
    """Return the files of an output, without what the input's place or the output's name puts in."""
    return {file.name.removeprefix(name): file.read_bytes() for file in folder.glob(f"{name}*") if file.is_file()}


def kept_rows(out: Path) -> int:
    """Return how many rows a run that goes on has kept; 0 where there is none."""
    state = out.with_name(f"{out.name}.progress") / "state.sqlite3"
    if not state.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as connection:
            found = connection.execute("select totals from progress").fetchone()
    except sqlite3.Error:
        return 0
    return int(json.loads(found[0])["rows"]) if found else 0


def killed_at(process: subprocess.Popen[bytes], out: Path, rows: int) -> bool:
    """Kill a run as soon as it has kept so many rows; return whether it was killed before its end."""
    ends = time.monotonic() + LONGEST_S
    while process.poll() is None and kept_rows(out) < rows:
        assert time.monotonic() < ends
        time.sleep(0.02)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False
