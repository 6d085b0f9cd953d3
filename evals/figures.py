"""The README's figures, made from the committed results; a test holds the two together."""

import re
from pathlib import Path

from evals.result import Result, load
from evals.statistics.estimate import Estimate

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- figures -->", "<!-- /figures -->"
SHOWN = (
    "task_completion",
    "category",
    "macro_f1",
    "action",
    "tools",
    "refund_accuracy",
    "no_unproved_refund",
    "right_article",
    "grounded",
    "must_escalate",
    "no_needless_escalation",
    "must_refuse",
    "must_ask",
    "schema",
)


def table(folder: Path = RESULTS) -> str:
    """Return the Markdown table of the committed results, dev beside holdout; raises OSError or BadResultError."""
    dev, holdout = load(folder / "embedded-dev.json"), load(folder / "embedded-holdout.json")
    rows = [
        f"| | dev ({dev.data.cases} cases) | second split ({holdout.data.cases} cases) | best trivial agent, dev |",
        "|---|---|---|---|",
    ]
    rows += [
        f"| {name} | {_cell(dev.measures.get(name))} | {_cell(holdout.measures.get(name))} | {_rival(dev, name)} |"
        for name in SHOWN
    ]
    classifier, retrieval = dev.classifier, dev.retrieval
    accuracy, error = Estimate(**classifier["accuracy"]), Estimate(**classifier["calibration_error"])
    rows += [
        "",
        f"Classifier alone on {classifier['tickets']} labelled tickets: accuracy {accuracy.text()}, calibration error "
        f"{error.text()} (a perfectly calibrated one would show {classifier['calibration_noise_floor']:.3f}).",
        f"Retrieval alone: recall@5 {retrieval['recall@5'].text()}, MRR {retrieval['mrr'].text()}; silent where "
        f"nothing answers {retrieval['silent_when_unanswerable'].text()}.",
        f"Made with release `{dev.release}`; `python -m evals run --data dev` makes them anew.",
    ]
    return "\n".join(rows)


def in_readme(text: str) -> str | None:
    """Return what stands between the marks of a README, or None where it has none."""
    found = re.search(f"{START}\n(.*?)\n?{END}", text, re.DOTALL)
    return found[1] if found else None


def with_figures(text: str, figures: str) -> str:
    """Return a README with these figures between its marks; raises ValueError where it has none."""
    if in_readme(text) is None:
        raise ValueError(f"there is no {START} and {END}")
    before, _, rest = text.partition(f"{START}\n")
    return f"{before}{START}\n{figures}\n{END}{rest.partition(END)[2]}"


def _cell(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "-"
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}] n={estimate.n}"


def _rival(result: Result, name: str) -> str:
    scores = [
        (found.value, other.name)
        for other in result.others
        if other.trivial and (found := other.measures.get(name)) and found.value is not None
    ]
    return f"{max(scores)[0]:.3f} ({max(scores)[1]})" if scores else "-"
