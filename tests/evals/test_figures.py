"""The README says what the committed results say, and these are of the release that is served."""

import pytest

from agent.release import load_release
from evals.figures import README, RESULTS, in_readme, table, with_figures
from evals.result import load


def test_the_readme_says_what_the_results_say() -> None:
    assert in_readme(README.read_text(encoding="utf-8")) == table()


@pytest.mark.parametrize("name", ["dev", "holdout"])
def test_the_results_are_of_the_newest_release(name: str) -> None:
    result = load(RESULTS / f"embedded-{name}.json")
    assert result.release == load_release("embedded").id
    assert result.data.name == name


def test_a_committed_result_of_the_second_split_is_sealed() -> None:
    result = load(RESULTS / "embedded-holdout.json")
    assert result.data.sealed
    for case in result.cases:
        assert (case.text, case.about, case.first.decision, case.first.trace) == ("", "", None, None)
        assert not any(check.cause for check in case.first.checks)


def test_figures_are_put_between_their_marks() -> None:
    text = "before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n"
    assert with_figures(text, "new") == text.replace("old", "new")
    with pytest.raises(ValueError, match="no <!-- figures -->"):
        with_figures("nothing", "new")
