"""Knowledge folders: built beside, switched at once, rebuilt when deleted or damaged, never answering half."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.library import Library, open_library
from knowledge.policies import Passage
from knowledge.store import content_hash, ensure_library, load_passages

QUESTION = "How much is a ticket?"


def answers(library: Library, encoder: Encoder) -> list[tuple[str, float]]:
    nearest = library.nearest(encoder.encode([QUESTION])[0], 5)
    return [(library.passages[place].id, round(cosine, 4)) for place, cosine in nearest.items()]


def test_built_once_then_opened(tmp_path: Path, passages: list[Passage], encoder: Encoder) -> None:
    library = ensure_library(tmp_path, passages, encoder)
    built = (tmp_path / library.content / "manifest.json").stat().st_mtime_ns
    again = ensure_library(tmp_path, passages, encoder)
    assert again.content == library.content == content_hash(passages, encoder.identity)
    assert (tmp_path / library.content / "manifest.json").stat().st_mtime_ns == built
    assert (tmp_path / "current").read_text(encoding="utf-8").strip() == library.content
    assert library.index.size == sum(len(passage.views()) for passage in passages)
    assert {one[0] for one in answers(library, encoder)[:2]} == {"museum.9", "museum.10"}


def test_vectors_are_ours_and_distances_cosine(tmp_path: Path, passages: list[Passage], encoder: Encoder) -> None:
    library = ensure_library(tmp_path, passages, encoder)
    vector = encoder.encode([QUESTION])[0]
    exact = [float((encoder.encode(passage.views()) @ vector).max()) for passage in passages]
    found = library.nearest(vector, len(passages))
    assert list(found) == [int(place) for place in np.argsort(exact)[::-1]]
    assert np.allclose(list(found.values()), np.sort(exact)[::-1], atol=1e-5)
    assert np.allclose([library.cosine(place, vector) for place in range(len(passages))], exact, atol=1e-5)


def test_a_changed_article_makes_a_new_folder_and_leaves_the_old(
    tmp_path: Path, passages: list[Passage], encoder: Encoder
) -> None:
    old = ensure_library(tmp_path, passages, encoder)
    before = answers(old, encoder)
    changed = [*passages[:-1], passages[-1].model_copy(update={"text": "Lost gloves are kept for a year."})]
    new = ensure_library(tmp_path, changed, encoder)
    assert new.content != old.content
    assert (tmp_path / "current").read_text(encoding="utf-8").strip() == new.content
    assert answers(old, encoder) == before
    again = open_library(tmp_path / old.content)
    assert answers(again, encoder) == before
    again.close()
    newest = ensure_library(tmp_path, changed[:-1], encoder)
    assert folders(tmp_path) == {old.content, new.content, newest.content}  # the old one is read still
    old.close()
    ensure_library(tmp_path, changed, encoder)
    assert folders(tmp_path) == {new.content, newest.content}


def folders(root: Path) -> set[str]:
    return {path.name for path in root.iterdir() if path.is_dir()}


def drop_last_line(file: Path) -> None:
    file.write_text("".join(file.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")


DAMAGES = {
    "everything deleted": lambda folder: shutil.rmtree(folder),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "manifest is not JSON": lambda folder: (folder / "manifest.json").write_text("{", encoding="utf-8"),
    "vector store deleted": lambda folder: shutil.rmtree(folder / "chroma"),
    "vector store's database cut": lambda folder: (folder / "chroma" / "chroma.sqlite3").write_bytes(b"SQLite"),
    "vector store's database emptied": lambda folder: (folder / "chroma" / "chroma.sqlite3").write_bytes(b""),
    "vector store's database is garbage": lambda folder: (folder / "chroma" / "chroma.sqlite3").write_bytes(
        b"x" * 9000
    ),
    "words deleted": lambda folder: shutil.rmtree(folder / "lexical"),
    "words cut": lambda folder: next((folder / "lexical").glob("*.json")).write_text("[", encoding="utf-8"),
    "vectors deleted": lambda folder: (folder / "vectors.npy").unlink(),
    "a file in its place": lambda folder: (shutil.rmtree(folder), folder.write_text("", encoding="utf-8")),
    "a passage deleted": lambda folder: drop_last_line(folder / "passages.jsonl"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_named_and_rebuilt(
    tmp_path: Path, passages: list[Passage], encoder: Encoder, damage: str
) -> None:
    library = ensure_library(tmp_path, passages, encoder)
    expected, folder = answers(library, encoder), tmp_path / library.content
    library.index.close()
    DAMAGES[damage](folder)
    with pytest.raises(PartUnavailable, match="knowledge build"):
        open_library(folder)
    rebuilt = ensure_library(tmp_path, passages, encoder)
    assert answers(rebuilt, encoder) == expected


@pytest.mark.parametrize("count", [1, 3])
def test_fewer_passages_than_asked_for(tmp_path: Path, passages: list[Passage], encoder: Encoder, count: int) -> None:
    library = ensure_library(tmp_path, passages[:count], encoder)
    vector = encoder.encode([QUESTION])[0]
    assert len(library.nearest(vector, 24)) == count
    assert len(library.lexical.best("tower children dogs", 24)) == count
    library.index.close()


BUILD = """
import sys
from pathlib import Path
from knowledge.encoder.choose import open_encoder
from knowledge.store import ensure_library, load_passages
passages = load_passages()[::6]
encoder = open_encoder(Path(sys.argv[1]))
print("ready", flush=True)
ensure_library(Path(sys.argv[2]), passages, encoder)
"""


def kill_while_building(var: Path, root: Path, after: float) -> None:
    command = [sys.executable, "-c", BUILD, str(var), str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as building:
        assert building.stdout is not None
        building.stdout.readline()
        time.sleep(after)
        building.send_signal(signal.SIGKILL)


@pytest.mark.slow
def test_killed_while_building(tmp_path: Path, var: Path, encoder: Encoder) -> None:
    survive_kills(tmp_path, var, encoder, [0.1, 0.7])


@pytest.mark.slow
def test_killed_fifty_times_while_building(tmp_path: Path, var: Path, encoder: Encoder) -> None:
    survive_kills(tmp_path, var, encoder, [0.04 * place for place in range(50)])


def survive_kills(tmp_path: Path, var: Path, encoder: Encoder, delays: list[float]) -> None:
    passages = load_passages()[::6]
    fresh = ensure_library(tmp_path / "fresh", passages, encoder)
    vectors = encoder.encode([passage.text for passage in passages[::9]])
    for number, after in enumerate(delays):
        root = tmp_path / f"killed-{number}"
        kill_while_building(var, root, after)
        library = ensure_library(root, passages, encoder)
        for vector in vectors:
            assert library.nearest(vector, 5) == fresh.nearest(vector, 5)
        library.index.close()
        shutil.rmtree(root)
    fresh.index.close()


def test_several_processes_build_and_read_at_once(tmp_path: Path, var: Path) -> None:
    code = (
        BUILD
        + "\nfrom knowledge.search import Search, SearchSettings\nfrom datetime import date\n"
        + "library = ensure_library(Path(sys.argv[2]), passages, encoder)\n"
        + "search = Search(library, SearchSettings(5, 0.0, 0.5, 0.0))\n"
        + "vector = encoder.encode(['late parcel'])[0]\n"
        + "print([f.passage.id for f in search.find('late parcel', vector, date(2026, 10, 15))])\n"
    )
    command = [sys.executable, "-c", code, str(var), str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = {process.communicate(timeout=100)[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert len(outputs) == 1
