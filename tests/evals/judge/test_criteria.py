"""The rubrics: complete, and a question that changed shows it in its version."""

import hashlib
from pathlib import Path

import pytest

from evals.judge.criteria import BadRubricError, load_criteria

# Labels and calibrations belong to a wording. When one of these changes, so does the version, or the id where another
# thing is asked; then this line.
WORDINGS = {("answers", 1): "f59b6632a8d155b4", ("tone", 1): "5ae775a4398892bd"}
ONE = '[[criterion]]\nid = "tone"\nversion = 1\nquestion = "q"\nyes = "y"\nno = "n"\n'


def test_no_wording_changes_without_its_version() -> None:
    found = {
        (one.id, one.version): hashlib.sha256(f"{one.question}\n{one.yes}\n{one.no}".encode()).hexdigest()[:16]
        for one in load_criteria().values()
    }
    assert found == WORDINGS


@pytest.mark.parametrize(
    "text",
    ["", "criterion = 3", ONE + ONE, ONE.replace('no = "n"\n', ""), ONE + "weight = 2\n", ONE.replace("1", "0"), "= ="],
)
def test_a_malformed_rubric_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rubrics.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadRubricError, match=r"rubrics\.toml"):
        load_criteria(file)
