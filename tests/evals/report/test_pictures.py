"""Pictures carry the numbers, as words in the picture and as a table, and read on light and on dark."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.taxonomy import TAXONOMY
from evals.report import page
from evals.report.calibrated import calibrated
from evals.report.pictures.bars import by_category, groups, retrieval
from evals.report.pictures.calibration import reliability, risk_coverage
from evals.report.pictures.confusion import confusion, counted
from evals.report.pictures.cost import cost
from evals.report.pictures.every import pictures
from evals.report.pictures.latency import latency
from evals.report.pictures.picture import Picture, drawn
from evals.result import BadResultError, Result

STYLE = Path(page.__file__).with_name("style.css.j2").read_text(encoding="utf-8")
FIRST, SECOND, THIRD = list(TAXONOMY)[:3]


def words(picture: Picture) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)


def cells(picture: Picture) -> list[str]:
    assert picture.table is not None
    return [cell for row in picture.table.rows for cell in row]


@pytest.fixture(scope="module")
def every(full: Result) -> list[Picture]:
    return pictures([full])


def test_every_picture_has_words_a_table_and_n(every: list[Picture]) -> None:
    names = ("confusion", "by-category", "by-kind", "by-segment", "reliability", "risk-coverage", "latency", "cost")
    assert [one.name for one in every] == [*names, "retrieval"]
    for one in every:
        assert one.svg.startswith('<svg class="drawn" role="img" aria-label="'), one.name
        assert re.search(r"\d", one.n), one.name
        assert len(one.caption) > 80, one.name
        assert one.table is not None
        assert {len(row) for row in one.table.rows} == {len(one.table.header)}, one.name


def test_pictures_take_the_page_s_colours(every: list[Picture]) -> None:
    for one in every:
        assert not re.search(r"#0{6}|black", one.svg), one.name
        assert not re.search(r"#0102\d\d", one.svg), one.name
        coloured = re.findall(r"<text[^>]*fill: ([^;\"]+)", one.svg)
        assert set(coloured) <= {"currentColor", "#ffffff"}, one.name
        assert len(coloured) == one.svg.count("<text"), one.name


def test_the_matrix_counts_every_case(full: Result, confused: Mapping[tuple[str, str], int]) -> None:
    assert dict(counted(full.cases)) == dict(confused)
    picture = confusion(full)
    assert sorted(map(int, filter(str.isdigit, words(picture)))) == sorted(confused.values())
    assert sum(int(cell) for cell in cells(picture) if cell.isdigit()) == sum(confused.values()) == 37
    assert "37 cases, 30 on the diagonal" in picture.svg
    third = next(row for row in picture.table.rows if row[0] == THIRD.replace("_", " "))  # type: ignore[union-attr]
    assert third[1 + list(TAXONOMY).index(SECOND)] == "5"


def test_a_category_that_would_also_do_counts_as_expected(make_case: Any, make_attempt: Any) -> None:
    attempt = make_attempt("x", FIRST, SECOND)
    fine = [one.model_copy(update={"passed": True}) for one in attempt.checks]
    case = make_case("case-a-1", FIRST, SECOND, attempts=(attempt.model_copy(update={"checks": tuple(fine)}),))
    assert dict(counted([case])) == {(FIRST, FIRST): 1}


def test_tickets_that_were_due_no_decision_are_not_counted(make_case: Any, make_attempt: Any) -> None:
    nothing = {"decision": None, "trace": None, "rejected": True, "checks": ()}
    refused = make_case("case-a-1", FIRST, FIRST, attempts=(make_attempt("x", FIRST, FIRST, **nothing),))
    assert not counted([refused])
    wrongly = make_case("case-b-1", FIRST, FIRST, attempts=(make_attempt("x", FIRST, SECOND, **nothing),))
    assert dict(counted([wrongly])) == {(FIRST, "(no Decision)"): 1}


def test_a_sealed_result_has_no_matrix(full: Result) -> None:
    picture = confusion(full.model_copy(update={"data": full.data.model_copy(update={"sealed": True})}))
    assert not picture.svg
    assert picture.table is None
    assert "sealed" in picture.missing


def test_bars_name_value_and_n(full: Result) -> None:
    assert words(by_category(full)).count("0.500") == 3
    assert f"{FIRST.replace('_', ' ')}  n=4" in words(by_category(full))
    assert "all 0.750" in words(by_category(full))
    assert "0.613" in words(retrieval(full))
    kind, segment = groups(full)
    assert "routine  n=37" in words(kind)
    assert "anonymous  n=37" in words(segment)
    assert {"task completion", "category", "action"} <= set(words(kind))


def test_groups_show_only_what_was_measured(full: Result) -> None:
    """Labelled tickets have no action to judge, whatever a breakdown says of it."""
    kind, _ = groups(full.model_copy(update={"measures": {"category": full.measures["category"]}}))
    assert "category" in words(kind)
    assert not {"task completion", "action"} & set(words(kind)) | {"action"} & set(cells(kind))


def test_reliability_states_its_error_and_what_chance_gives(full: Result) -> None:
    found = calibrated(full)
    assert found is not None
    picture = reliability(found)
    told = next(word for word in words(picture) if word.startswith("ECE"))
    assert f"{found.calibration_error.value:.3f}" in told
    assert f"chance alone gives {found.calibration_noise_floor:.3f}" in told
    assert len(picture.table.rows) == len(found.bins) == 10  # type: ignore[union-attr]


def test_risk_coverage_marks_thresholds_and_says_which_promise_none_keeps(full: Result) -> None:
    picture = risk_coverage(calibrated(full))
    assert any(re.fullmatch("at most 20\u00a0% wrong: from 0\\.\\d\\d", word) for word in words(picture))
    assert "random order" in words(picture)
    assert not [word for word in words(picture) if word.startswith("at most 1\u00a0%")]
    assert "at most 1\u00a0% wrong: no threshold keeps it" in picture.svg


def test_a_classifier_s_part_of_another_form_is_refused(full: Result) -> None:
    with pytest.raises(BadResultError, match=r"test-result: classifier\.bins"):
        calibrated(full.model_copy(update={"classifier": {**full.classifier, "bins": [{"n": 3}]}}))


def test_latency_tells_milliseconds_and_what_it_could_not(full: Result) -> None:
    picture = latency(full)
    assert {"36.4 / 87.3", "21.7 / \u2013", "whole ticket", "classify"} <= set(words(picture))
    assert "too few tickets for an interval of p99" in picture.caption


def test_a_step_that_took_no_time_is_drawn(full: Result) -> None:
    nothing = full.operations.steps_ms["classify"]["p50"].model_copy(update={"value": 0.0, "low": 0.0, "high": 0.0})
    steps = {"ticket": full.operations.steps_ms["ticket"], "decide": {"p50": nothing}}
    picture = latency(full.model_copy(update={"operations": full.operations.model_copy(update={"steps_ms": steps})}))
    assert "decide" in words(picture)
    assert "nan" not in picture.svg
    assert "inf" not in picture.svg


def test_cost_labels_every_subject(full: Result) -> None:
    assert {
        "embedded (embedded-2026-01-01): 0.750, 12.5 ms, USD 0.0123",
        "embedded without context: 0.400, 31.2 ms, USD not recorded",
        "keywords: 0.720, not timed, USD 0",
    } <= set(words(cost([full])))


def test_another_result_joins_only_on_the_same_data(full: Result) -> None:
    other = full.model_copy(update={"subject": "larger"})
    assert any(word.startswith("larger") for word in words(cost([full, other])))
    elsewhere = other.model_copy(update={"data": full.data.model_copy(update={"sha256": "e" * 64})})
    assert not any(word.startswith("larger") for word in words(cost([full, elsewhere])))


def test_names_in_a_picture_stay_text(full: Result) -> None:
    name = '<b>$x^2$</b> & "quoted" \u4e2d\u6587'
    picture = cost([full.model_copy(update={"subject": name})])
    assert any(word.startswith("&lt;b&gt;$x^2$&lt;/b&gt; &amp; ") for word in words(picture))
    assert "<b>" not in picture.svg


def test_two_pictures_share_no_id() -> None:
    def paint(figure: Any) -> None:
        figure.add_subplot().plot([0, 1], [0, 1], marker="o")

    one, other = (set(re.findall(r' id="([^"]+)"', drawn(name, "", (2, 2), paint))) for name in ("one", "other"))
    assert one
    assert not one & other


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{([^}]*)\}", STYLE)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_signs_stand_out(scheme: str) -> None:
    found = colours(scheme)
    for name in ("ink", "quiet", "accent", "bad", "good"):
        assert contrast(found[name], found["paper"]) >= 4.5, name
        assert contrast(found[name], found["tint"]) >= 4.5, name
    for place in range(4):
        assert contrast(found[f"data-{place}"], found["paper"]) >= 3, place


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("right", [*range(0, 31, 3), 20, 21, 22])
def test_numbers_stand_out_from_their_cells(
    make_case: Callable[..., Any], make_full: Callable[..., Result], scheme: str, right: int
) -> None:
    from evals.report.pictures.confusion import DARK_FROM, _shade

    share, found = right / 30, colours(scheme)
    shade, alpha = _shade(share)
    mixed = "#" + "".join(
        f"{round(alpha * int(shade[at : at + 2], 16) + (1 - alpha) * int(found['paper'][at : at + 2], 16)):02x}"
        for at in (1, 3, 5)
    )
    assert contrast("#ffffff" if share >= DARK_FROM else found["ink"], mixed) >= 4.4
