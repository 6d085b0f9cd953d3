"""The serving encoder against its reference: the same weights, the same vectors, no torch."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder.export import LOWEST_COSINE, export
from knowledge.encoder.protocol import Encoder
from knowledge.encoder.reference import ReferenceEncoder
from knowledge.encoder.serving import ServingEncoder
from knowledge.encoder.weights import MINILM_SHA256, minilm_folder, verify
from knowledge.errors import PartUnavailable
from knowledge.examples import load_examples
from knowledge.head import head_folder, load_head, newest_head
from knowledge.reading import read
from tests.processes import python

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
ODD = ["", " ", "?", "a" * 5000, "refund " * 900, "你好 我要退款", "🙂" * 300, "a\nb\tc", "Ünïcödé 12,50 €"]


@pytest.fixture(scope="module")
def reference() -> ReferenceEncoder:
    return ReferenceEncoder(minilm_folder())


@pytest.mark.slow
def test_both_give_the_same_vectors(reference: ReferenceEncoder, encoder: Encoder) -> None:
    texts = [*ODD, *(example.text for example in load_examples()[::7])]
    theirs, ours = reference.encode(texts), encoder.encode(texts)
    assert ours.shape == theirs.shape
    assert float(np.sum(theirs * ours, axis=1).min()) >= LOWEST_COSINE
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_both_decide_the_same(reference: ReferenceEncoder, encoder: Encoder, var: Path) -> None:
    head = load_head(head_folder(newest_head(), encoder.identity, var), encoder.identity)
    texts = [example.text for example in load_examples()[::5]]
    theirs = head.label_probabilities(read(texts, reference, head.telling_words))
    ours = head.label_probabilities(read(texts, encoder, head.telling_words))
    assert (theirs.argmax(axis=1) == ours.argmax(axis=1)).all()
    assert float(np.abs(theirs - ours).max()) < 0.001


def test_both_see_the_same_tokens(reference: ReferenceEncoder, encoder: Encoder) -> None:
    assert encoder.identity == reference.identity
    assert (encoder.window, encoder.dimensions) == (reference.window, reference.dimensions)
    for text in ODD[1:]:
        assert encoder.token_spans(text) == reference.token_spans(text)


def test_a_batch_gives_what_each_text_alone_gives(encoder: Encoder) -> None:
    together = encoder.encode(ODD)
    alone = np.concatenate([encoder.encode([text]) for text in ODD])
    assert float(np.sum(together * alone, axis=1).min()) > 0.9999
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(PartUnavailable, match="refused"):
        verify(tmp_path / "model.safetensors", MINILM_SHA256)
    with pytest.raises(PartUnavailable, match="missing"):
        verify(tmp_path / "absent.safetensors", MINILM_SHA256)


def test_a_damaged_export_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PartUnavailable, match="damaged"):
        ServingEncoder(tmp_path)


def test_an_encoder_that_pools_otherwise_is_not_exported(reference: ReferenceEncoder, tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', encoding="utf-8")
    with pytest.raises(PartUnavailable, match="pooling"):
        export(reference, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_named_folder_is_served_by_the_reference(reference: ReferenceEncoder, encoder: Encoder, var: Path) -> None:
    from knowledge.encoder.choose import open_encoder

    named = open_encoder(var, str(minilm_folder()))
    assert isinstance(named, ReferenceEncoder)
    assert np.allclose(named.encode(["hello"]), encoder.encode(["hello"]), atol=1e-4)


def test_a_name_that_is_nowhere_says_so(var: Path) -> None:
    from knowledge.encoder.choose import open_encoder

    with pytest.raises(PartUnavailable, match="TRIAGE_ENCODER"):
        open_encoder(var, str(var / "no such folder"))


def test_serving_never_imports_torch(root: Path, var: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom knowledge.encoder.choose import open_encoder\n"
        f"open_encoder(Path({str(var)!r})).encode(['hello'])\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'sklearn'} & set(sys.modules)))"
    )
    done = python(root, "-c", code)
    assert done.stdout.strip() == "[]"
