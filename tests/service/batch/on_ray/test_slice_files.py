"""Slices as files: any text comes through, nothing half-written is taken, and what is asked again begins anew."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from service.batch.hired import Asked
from service.batch.on_ray.slice_files import SliceFiles, read_asked

ROWS = [
    Asked("1", "Where is it?\nSince Monday.\u2028\x00", None, "A-10234"),
    Asked("2", "half a pair \ud800", "C-1", None),
]
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)  # halves of surrogate pairs among them


@given(st.lists(st.builds(Asked, TEXTS, TEXTS, st.none() | TEXTS, st.none() | TEXTS), max_size=3))
@example(ROWS)
def test_what_is_asked_is_one_line_of_ascii(rows: list[Asked]) -> None:
    with TemporaryDirectory() as folder:
        files = SliceFiles(Path(folder))
        files.ask(7, rows)
        line = files.asked(7).read_bytes().decode("ascii")
    assert line.splitlines() == [line.removesuffix("\n")]
    assert read_asked(line) == (7, rows)


def test_answers_come_back_as_they_were(tmp_path: Path) -> None:
    files = SliceFiles(tmp_path)
    answers = [{"category": "a", "confidence": 0.1 + 0.2, "flags": ["x"], "reply": "caf\u00e9 \ud800"}]
    assert files.said(1_234_567) is None
    files.say(1_234_567, answers)
    assert files.said(1_234_567) == answers
    assert files.said(1) is None


def test_a_file_that_was_cut_is_none(tmp_path: Path) -> None:
    files = SliceFiles(tmp_path)
    files.say(7, [{"category": "a"}])
    (written,) = tmp_path.rglob("*7.jsonl")
    for length in range(written.stat().st_size - 1):
        written.write_bytes(written.read_bytes()[:length])
        assert files.said(7) is None


def test_asked_again_nobody_has_tried_it_or_failed(tmp_path: Path) -> None:
    files = SliceFiles(tmp_path)
    files.ask(3, ROWS)
    assert [files.begin(3), files.begin(3), files.begin(4)] == [1, 2, 1]
    files.say(3, "The model server does not answer.")
    assert files.said(3) == "The model server does not answer."
    files.ask(3, ROWS)
    assert files.said(3) is None
    assert files.begin(3) == 1
