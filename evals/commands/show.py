"""A result in the terminal: every number with its interval and n."""

import json
from collections import Counter

import typer

from evals.result import Result
from evals.statistics.estimate import Estimate


def show_result(result: Result) -> None:
    """Print the measures beside those of the other subjects, then failures by cause."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if Console().is_terminal else 120)
    data = result.data
    table = Table(
        title=f"{result.release} ({result.model}) on {data.name}: {data.cases} cases, judged by {data.judged_by}"
    )
    for heading in ("measure", "value", "95 % interval", "n", "not judged", "without policies", "best trivial agent"):
        table.add_column(heading, justify="left" if heading == "measure" else "right", no_wrap=True)
    without = next((other for other in result.others if not other.trivial), None)
    for name, estimate in (result.measures | result.retrieval).items():
        rival = _value(without.measures.get(name)) if without else ""
        table.add_row(
            name,
            _value(estimate),
            _interval(estimate),
            str(estimate.n),
            str(estimate.unjudged or ""),
            rival,
            _best(result, name),
        )
    console.print(table)
    _show_rest(result)


def _best(result: Result, measure: str) -> str:
    """Return the best trivial agent's value and name."""
    scores = [
        (estimate.value, other.name)
        for other in result.others
        if other.trivial and (estimate := other.measures.get(measure)) and estimate.value is not None
    ]
    return f"{max(scores)[0]:.3f} {max(scores)[1]}" if scores else ""


def _show_rest(result: Result) -> None:
    for relation in result.relations:
        typer.echo(f"{relation.name:<28} must {relation.must:<7} {relation.consistent.text()}")
    for name, ratio in result.operations.reading_ratio.items():
        typer.echo(f"{'whole ticket / encoding':<28} {name:<12} {ratio}")
    for weak in result.weak_measures:
        typer.echo(f"weak measure                 {weak}")
    if result.classifier:
        classifier = result.classifier
        accuracy, error = (Estimate(**classifier[name]) for name in ("accuracy", "calibration_error"))
        typer.echo(f"{'classifier alone':<28} accuracy     {accuracy.text()}")
        typer.echo(f"{'classifier alone':<28} ECE          {error.text()}")
    if not result.data.sealed:
        for line in failures_by_cause(result):
            typer.echo(line)


def failures_by_cause(result: Result) -> list[str]:
    """Return one line for each cause of failure, most frequent first, with the step it was located in and cases."""
    groups: dict[tuple[str, str], list[str]] = {}
    for case in result.cases:
        if not case.first.completed:
            cause = next((one.cause for one in case.first.checks if one.passed is False), "")
            groups.setdefault((cause, case.located or "not located"), []).append(case.id)
    counted = Counter({key: len(ids) for key, ids in groups.items()})
    return [
        f"{count:>4} x {cause} [{where}]: {', '.join(groups[cause, where][:4])}{' ...' * (count > 4)}"
        for (cause, where), count in counted.most_common()
    ]


def show_result_json(result: Result) -> None:
    """Print everything but the cases as JSON."""
    typer.echo(json.dumps(result.model_dump(mode="json", exclude={"cases"}), indent=1))


def _value(estimate: Estimate | None) -> str:
    return "" if estimate is None or estimate.value is None else f"{estimate.value:.3f}"


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{estimate.low:.3f} - {estimate.high:.3f}"
