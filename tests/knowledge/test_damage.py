"""Damage to any file of a knowledge folder is noticed when it is opened, named with its mend, and mended once."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.checksums import sha256
from knowledge.encoder.protocol import Encoder
from knowledge.errors import PartUnavailable
from knowledge.head import HEADS, load_head, newest_head
from knowledge.library import open_library
from knowledge.policies import Passage
from knowledge.search import Search, SearchSettings
from knowledge.store import ensure_library, inspect_library

FILES = (
    "passages.jsonl",
    "rows.json",
    "vectors.npy",
    "lexical/data.csc.index.npy",
    "lexical/indices.csc.index.npy",
    "lexical/indptr.csc.index.npy",
    "lexical/params.index.json",
    "lexical/vocab.index.json",
    "chroma/*/data_level0.bin",
    "chroma/*/header.bin",
    "chroma/*/length.bin",
    "chroma/*/link_lists.bin",
    "chroma/*/index_metadata.pickle",
)


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "one bit": flip_a_bit,
    "emptied": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "garbage": lambda file: file.write_bytes(b"\xa5\x5a{}" * file.stat().st_size),
    "braces": lambda file: file.write_bytes(b"{}"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, passages: list[Passage], encoder: Encoder) -> Path:
    """A folder of the museum's passages, to be copied and damaged."""
    root = tmp_path_factory.mktemp("built")
    library = ensure_library(root, passages, encoder)
    library.close()
    return root / library.content


def test_every_file_that_lasts_has_its_sum(built: Path) -> None:
    sums = json.loads((built / "manifest.json").read_text(encoding="utf-8"))["sums"]
    files = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert set(sums) == files - {"manifest.json", "chroma/chroma.sqlite3"}
    assert all(len(list(built.glob(pattern))) == 1 for pattern in FILES)
    assert len(FILES) == len(sums)


def test_reading_leaves_the_sums_as_they_are(built: Path, encoder: Encoder) -> None:
    for _ in range(3):
        library = open_library(built)
        library.nearest(encoder.encode(["stairs"])[0], 5)
        library.close()


@pytest.mark.parametrize("pattern", FILES)
def test_damage_to_any_file_is_noticed_and_mended(
    tmp_path: Path, built: Path, passages: list[Passage], encoder: Encoder, pattern: str
) -> None:
    folder = tmp_path / built.name
    for damage in DAMAGES.values():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(built, folder)
        damage(next(folder.glob(pattern)))
        with pytest.raises(PartUnavailable, match="python -m knowledge build"):
            open_library(folder)
    library = ensure_library(tmp_path, passages, encoder)
    assert library.lexical.best("stairs", 1) == [10]
    library.close()
    assert inspect_library(tmp_path, passages, encoder.identity) == f"{len(passages)} passages in {built.name}"


def rewrite(folder: Path, name: str, content: str) -> None:
    """Damage that the sums agree with."""
    (folder / name).write_text(content, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["sums"][name] = sha256(folder / name)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("lexical/params.index.json", "{}", "lexical index"),
        ("lexical/vocab.index.json", '{"tower": 10000000}', "lexical index"),
        ("passages.jsonl", "", "passages are missing"),
        ("passages.jsonl", "{}\n", "passages or vectors"),
        ("vectors.npy", "", "passages or vectors"),
        ("rows.json", '{"owners": [0, 1], "stating": {}}', "of 2 rows"),
    ],
)
def test_a_folder_is_asked_before_it_is_trusted(
    tmp_path: Path, built: Path, name: str, content: str, problem: str
) -> None:
    folder = shutil.copytree(built, tmp_path / built.name)
    rewrite(folder, name, content)
    with pytest.raises(PartUnavailable, match=problem):
        open_library(folder)


def test_passages_that_are_not_the_articles_are_damage(
    tmp_path: Path, built: Path, passages: list[Passage], encoder: Encoder
) -> None:
    folder = shutil.copytree(built, tmp_path / built.name)
    rewrite(folder, "passages.jsonl", (built / "passages.jsonl").read_text(encoding="utf-8").replace("199", "200"))
    open_library(folder).close()
    with pytest.raises(PartUnavailable, match="articles"):
        inspect_library(tmp_path, passages, encoder.identity)
    library = ensure_library(tmp_path, passages, encoder)
    assert library.passages == tuple(passages)
    library.close()


def test_looking_builds_nothing(tmp_path: Path, passages: list[Passage], encoder: Encoder) -> None:
    with pytest.raises(PartUnavailable, match="not built"):
        inspect_library(tmp_path, passages, encoder.identity)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff" * 100])
@pytest.mark.parametrize(
    ("version", "name"),
    [
        *(("v2", name) for name in ("weights.npy", "bias.npy")),
        *((newest_head(), name) for name in ("directions.npy", "direction_weights.npy", "manifest.json")),
        *((newest_head(), name) for name in ("word_weights.npy", "idf.npy", "words.txt")),
    ],
)
def test_a_damaged_head_is_named_with_its_mend(
    tmp_path: Path, encoder: Encoder, version: str, name: str, content: bytes
) -> None:
    folder = shutil.copytree(HEADS / version, tmp_path / "head")
    load_head(folder, encoder.identity)
    (folder / name).write_bytes(content)
    with pytest.raises(PartUnavailable, match="python -m knowledge learn"):
        load_head(folder, encoder.identity)


MEND = """
import os, sys
from pathlib import Path
from knowledge.encoder.choose import open_encoder
from knowledge.store import ensure_library, load_passages
encoder, root = open_encoder(Path(sys.argv[1])), Path(sys.argv[2])
library = ensure_library(root, load_passages()[::6], encoder)
print((root / library.content).stat().st_ino, library.lexical.best("refund", 3))
"""


@pytest.mark.slow
def test_several_processes_mend_one_folder_once(tmp_path: Path, var: Path) -> None:
    command = [sys.executable, "-c", MEND, str(var), str(tmp_path)]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    flip_a_bit(next(tmp_path.glob("*/vectors.npy")))
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    mended = {process.communicate(timeout=100)[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert len(mended) == 1
    assert mended.pop().split(" ", 1)[1] == first.split(" ", 1)[1]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == [".lock"]


def test_who_serves_a_folder_reads_on_while_another_mends_it(
    tmp_path: Path, var: Path, built: Path, passages: list[Passage], encoder: Encoder
) -> None:
    shutil.copytree(built, tmp_path / built.name)
    serving = ensure_library(tmp_path, passages, encoder)
    vector = encoder.encode(["How much is a ticket?"])[0]
    before = serving.nearest(vector, 5)
    (tmp_path / built.name / "lexical" / "vocab.index.json").unlink()
    code = (
        "import sys\nfrom pathlib import Path\nfrom knowledge.encoder.choose import open_encoder\n"
        "from knowledge.policies import Passage\nfrom knowledge.store import ensure_library\n"
        "passages = [Passage.model_validate_json(line) for line in sys.stdin]\n"
        "ensure_library(Path(sys.argv[2]), passages, open_encoder(Path(sys.argv[1])))\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(var), str(tmp_path)],
        input="".join(passage.model_dump_json() + "\n" for passage in passages),
        text=True,
        check=True,
    )
    assert (tmp_path / built.name / "lexical" / "vocab.index.json").is_file()
    with ThreadPoolExecutor(8) as threads:  # for which Chroma opens more connections, and these read the new files
        assert all(found == before for found in threads.map(lambda _: serving.nearest(vector, 5), range(200)))
    best = next(iter(before))
    assert np.isclose(serving.cosine(best, vector), before[best], atol=1e-5)
    serving.close()


def test_a_closed_search_lets_go_of_the_vector_store(
    tmp_path: Path, built: Path, passages: list[Passage], encoder: Encoder
) -> None:
    shutil.copytree(built, tmp_path / built.name)
    search = Search(ensure_library(tmp_path, passages, encoder), SearchSettings(5, 0.0, 1.0, 0.0))

    def held() -> list[Path]:
        links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
        return [link for link in links if link.is_relative_to(tmp_path) and "chroma" in link.parts]

    assert held()
    search.close()
    until = time.monotonic() + 10
    while held() and time.monotonic() < until:
        time.sleep(0.05)  # a thread of Chroma's closes them
    assert not held()
