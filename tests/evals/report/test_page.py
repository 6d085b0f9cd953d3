"""The page stands alone, hides nothing, shows nothing that is sealed, and is the same for the same result."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.taxonomy import TAXONOMY
from evals.checks.check import Check
from evals.report.head import Gated
from evals.report.page import page
from evals.report.writing import anchor, visible
from evals.result import DataUsed, Relation, Result, save

Reader = Callable[[str], Any]
FIRST, SECOND = list(TAXONOMY)[:2]
HOSTILE = (
    "</style></blockquote><script>alert(1)</script>{{7*7}}{% raw %}\" onload='x' \x00\x1b[31m\u202etxet &amp; <!--"
)


def test_it_stands_alone(full_page: str, read: Reader) -> None:
    found = read(full_page)
    assert not {tag for tag, _ in found.tags} & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [name for _, attrs in found.tags for name in attrs if name in {"src", "srcset"} or name.startswith("on")]
    addresses = [attrs["href"] for _, attrs in found.tags if "href" in attrs]
    assert len(addresses) > 50
    assert all(address.startswith("#") for address in addresses)
    assert not re.search(r"https?:|@import|url\((?!#)", full_page)


def test_ids_are_unique_and_every_link_leads_somewhere(full_page: str, read: Reader) -> None:
    found = read(full_page)
    assert [id for id, count in Counter(found.ids).items() if count > 1] == []
    targets = {attrs["href"] for _, attrs in found.tags if "href" in attrs}
    assert {target.removeprefix("#") for target in targets} <= set(found.ids)


def test_every_failed_case_has_an_anchor_that_a_link_points_to(full: Result, full_page: str, read: Reader) -> None:
    failures = full_page[full_page.index('id="failures"') :]
    links = read(full_page).links
    failed = [case for case in full.cases if not case.first.completed]
    assert len(failed) == 7
    for case in failed:
        assert f"#{anchor(case.id)}" in links
        assert f'id="{anchor(case.id)}"' in failures
        assert f"The ticket of {case.id}<" in failures


def test_an_anchor_lies_inside_its_box_so_that_a_link_opens_it(full_page: str) -> None:
    assert not re.search(r'<details[^>]* id="case-', full_page)
    boxes = re.findall(r'<details class="case">.*?</details>', full_page, re.DOTALL)
    assert all(box.count('id="case-') == 1 for box in boxes)
    assert len(boxes) == 8


def test_a_relation_links_to_its_cases_where_they_are_known(full_page: str, read: Reader) -> None:
    relations = full_page[full_page.index('id="relations"') : full_page.index('id="failures"')]
    assert '<a href="#case-case-right-000">' in relations
    assert "gone-001" in relations
    assert 'href="#case-gone-001"' not in relations


def test_a_case_is_told_whole(full_page: str) -> None:
    box = next(part for part in full_page.split('<details class="case">') if 'id="case-case-wrong-100"' in part)
    for told in (
        "why case-wrong-100 is here",
        f"{FIRST} taken for {SECOND}",
        "Thank you. Here is what our policy says.",
        "Whole sentences only.",
        "look_up_order(order_id=A-1)",
        "confidence 0.81",
        "Located in <strong>classify</strong>",
        "when one of these alone is put right: classify",
        "with any of these alone put right: screen",
        "free words",
        "refund-how.1, score 0.500",
        "attempt 1: a number without evidence",
        "draft: TimeoutError",
        "classify by embedded, 7 tokens in, 3 out",
        "75.0 %",  # of the time, spent in classify
    ):
        assert told in box, told
    events = re.findall(r"<td>(step|model|passage|tool|refused|failure)</td>", box)
    assert events == ["step", "model", "step", "passage", "tool", "refused", "failure"]


def test_hostile_text_stays_text(
    make_bare: Callable[..., Result], make_case: Callable[..., Any], make_attempt: Any, held: Gated, read: Reader
) -> None:
    said = _said()
    checks = (Check(name=HOSTILE, passed=False, cause=HOSTILE),)
    attempt = make_attempt("x", FIRST, SECOND, checks=checks)
    assert attempt.decision is not None
    decision = attempt.decision.model_copy(update={"reply": HOSTILE, "language": HOSTILE})
    evil = make_case(HOSTILE, FIRST, SECOND, text=HOSTILE, about=HOSTILE, kind=HOSTILE, located=HOSTILE)
    evil = evil.model_copy(update={"attempts": (attempt.model_copy(update={"decision": decision}),)})
    broken = evil.model_copy(update={"id": "x-\udfff", "text": "a\ud800b"})
    full = make_bare(
        [evil, broken],
        measures={"task_completion": said, "category": said, HOSTILE: said},
        by_category={HOSTILE: said},
        relations=(Relation(name=HOSTILE, must=HOSTILE, consistent=said, examples=(HOSTILE,)),),
        subject=HOSTILE,
        release=HOSTILE,
        hashes={HOSTILE: HOSTILE},
        data=DataUsed(name=HOSTILE, sha256=HOSTILE, cases=2, judged_by="end state"),
        weak_measures=(f"category: {HOSTILE}",),
    )
    html = page([full], Gated("not held", HOSTILE, (HOSTILE,)))
    found = read(html)
    assert not [tag for tag, _ in found.tags if tag in {"script", "img"}]
    assert not [name for _, attrs in found.tags for name in attrs if name.startswith("on")]
    assert visible(HOSTILE) in found.text("blockquote")
    assert "{{7*7}}" in html
    assert "a\u27e8U+D800\u27e9b".encode() in html.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)


def test_a_sealed_result_shows_no_case(full: Result, held: Gated, read: Reader) -> None:
    """Even where its cases were not emptied: the page must not rely on it."""
    data = full.data.model_copy(update={"sealed": True})
    sealed = full.model_copy(update={"data": data, "classifier": {}, "by_segment": {}})
    html = page([sealed], held)
    assert not [case.id for case in full.cases if case.id in html]
    assert "The ticket of" not in html
    assert "taken for which" in html  # the title of the picture that is not drawn
    assert f"{FIRST} taken for" not in html
    assert "keeps no Decision of a single case" in html
    assert not [id for id in read(html).ids if id.startswith(("case-", "confusion-"))]
    assert re.search(r'<th scope="row">category</th><td>7</td>', html)  # checks are counted


def test_the_same_result_gives_the_same_page_in_another_process(full: Result, full_page: str, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    save(full, file)
    code = (
        "import sys; from pathlib import Path; from evals.result import load; from evals.report.page import page\n"
        "from evals.report.head import Gated\n"
        "sys.stdout.reconfigure(encoding='utf-8')\n"
        "print(page([load(Path(sys.argv[1]))], Gated('held', 'The gate holds: all 3 thresholds are kept.')), end='')"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4321", "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, check=True, env=environment, text=True
    )
    assert done.stdout == full_page


def test_a_result_without_failures_renders(
    make_bare: Callable[..., Result], make_case: Any, held: Gated, read: Reader
) -> None:
    html = page([make_bare([make_case("case-right-000", FIRST, FIRST)])], held)
    assert "No case failed." in html
    assert not [link for link in read(html).links if link.startswith("#case-")]


def test_an_empty_result_says_of_each_picture_why_it_is_not_drawn(make_result: Any, held: Gated, read: Reader) -> None:
    html = page([make_result([True]).model_copy(update={"cases": ()})], held)
    assert "<svg" not in html[html.index('id="pictures"') :]
    assert html.count("Not drawn.") == 9
    assert "No measure could be made." in html


def test_labelled_tickets_render_without_the_end_state(full: Result, held: Gated) -> None:
    category = {name: one for name, one in full.measures.items() if name == "category"}
    labelled = full.model_copy(
        update={
            "data": full.data.model_copy(update={"judged_by": "category"}),
            "measures": category,
            "classifier": {},
            "relations": (),
            "retrieval": {},
            "others": (),
            "weak_measures": (),
        }
    )
    html = page([labelled], held)
    assert "were given a right category" in html
    assert "the category only" in html
    assert "task completion" not in html
    assert 'id="reliability-axes_1"' in html  # from the confidences of the tickets themselves
    assert 'id="cost-axes_1"' not in html
    assert "Changed forms of the tickets were not run." in html


def test_attempts_that_fail_later_crash_or_are_refused_are_told(
    make_bare: Callable[..., Result], make_case: Any, make_attempt: Any, held: Gated
) -> None:
    right = make_attempt("x", FIRST, FIRST)
    failed = {"decision": None, "trace": None, "completed": False}
    crashed = make_attempt("x", FIRST, SECOND, crashed="ValueError", **failed)
    refused = make_attempt("x", FIRST, SECOND, rejected=True, **failed)
    attempts = {"later": (right, make_attempt("x", FIRST, SECOND), right), "crashed": (crashed,), "refused": (refused,)}
    cases = [make_case(f"case-{name}", FIRST, FIRST, attempts=tried) for name, tried in attempts.items()]
    html = page([make_bare(cases, k=3)], held)
    assert '<a href="#case-case-later">' in html
    assert "1 \u2713, 2 \u2717, 3 \u2713. Shown is attempt 2." in html
    assert "Crashed: ValueError." in html
    assert "Refused at the door as empty." in html
    assert "(no Decision)" in html


def test_several_results_stand_side_by_side_and_the_first_is_told_whole(full: Result, held: Gated) -> None:
    fewer = {"classifier": {}, "by_segment": {}, "retrieval": {}}
    other = full.model_copy(update={"id": "older", "release": "older-release", "measures": {}, **fewer})
    html = page([full.model_copy(update=fewer), other], held)
    section = html[html.index('id="beside"') : html.index('id="measures"')]
    assert "older-release" in section
    assert "test-result against older: no difference found" in section
    assert "0.750 [0.650 to 0.850] n=37" in section
    assert html.count('id="measures"') == 1


@pytest.mark.parametrize("state", ["held", "not held", "empty", "unreadable"])
def test_relations_that_name_nothing_and_any_gate_render(make_result: Any, state: str, read: Reader) -> None:
    result = make_result().model_copy(update={"cases": ()})
    relation = Relation(name="typos", must="stay", consistent=_said(), examples=())
    html = page([result.model_copy(update={"relations": (relation,)})], Gated(state, "What it says.", ("a line",)))
    assert "What it says." in "".join(read(html).text("strong"))
    assert "a line" in html


def _said() -> Any:
    from evals.statistics.estimate import Estimate

    return Estimate(value=1.0, low=0.5, high=1.0, n=3, method="test")
