"""The articles are enough, can be quoted, and say what the refund rules say."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from agent.taxonomy import TAXONOMY
from knowledge.errors import PartUnavailable
from knowledge.policies import LONGEST_PASSAGE, Passage, cut, load_policies
from tools.demo_shop.seed import SHOP_DAY
from tools.refund_rules import Rule, refund_rules

PASSAGES = [passage for policy in load_policies() for passage in cut(policy)]
RULES = {rule.id: rule for rule in refund_rules()}


def stating(rule: Rule) -> list[Passage]:
    return [passage for passage in PASSAGES if rule.id in passage.rules]


def test_there_are_enough_for_every_category() -> None:
    assert len(load_policies()) >= 30
    assert len(PASSAGES) >= 120
    in_force = {passage.category for passage in PASSAGES if passage.in_force(SHOP_DAY)}
    assert in_force == set(TAXONOMY) - {"other_unsupported"}
    assert any(not passage.in_force(SHOP_DAY) for passage in PASSAGES)


def test_passages_are_whole_sentences_short_enough_to_quote() -> None:
    assert len({passage.id for passage in PASSAGES}) == len(PASSAGES)
    for passage in PASSAGES:
        assert len(passage.text) <= LONGEST_PASSAGE, passage.id
        assert passage.text[0].isupper() or passage.text[0].isdigit(), passage.id
        assert passage.text[-1] in ".!?", passage.id


def test_every_rule_is_stated_and_every_stated_rule_exists() -> None:
    assert {rule for passage in PASSAGES for rule in passage.rules} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_articles_and_rules_say_the_same_figures_and_hold_on_the_same_days(rule: Rule) -> None:
    for policy in load_policies():
        if rule.id not in policy.rules:
            continue
        assert policy.valid_to == rule.valid_to
        said = {int(days) for days in re.findall(r"(?:within|after the|the) (\d+) days", policy.body)}
        if rule.days:
            assert rule.days in said, policy.id
            windows = {other.days for other in RULES.values() if other.days}
            assert said & windows <= {RULES[id].days for id in policy.rules}, policy.id
    day = rule.valid_from
    assert any(passage.in_force(max(day, date(2024, 1, 1))) for passage in stating(rule))


FRONT = {"id": "a", "title": "A", "version": 1, "valid_from": "2026-01-01", "valid_to": None, "category": "x"}


def article(body: str = "A.", **fields: object) -> str:
    """Return an article, wrong where a field or the body is."""
    front = "\n".join(f"{name}: {json.dumps(value)}" for name, value in (FRONT | fields).items())
    return f"---\n{front}\n---\n{body}"


WRONG = {
    "no front matter": "Just words.",
    "unknown field": article(more=1),
    "no date": article(valid_from="soon"),
    "another id": article(id="b"),
    "markup": article("<b>A</b>."),
    "a link": article("See https://x."),
    "YAML that runs": "---\n!!python/object/apply:os.getcwd []\n---\nA.",
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_article_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.md").write_text(content, encoding="utf-8")
    with pytest.raises(PartUnavailable, match=r"a\.md"):
        load_policies(tmp_path)


def test_hidden_characters_of_an_article_are_removed(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(article("## H\nOne\u200b two\U000e0041\u202e three."), encoding="utf-8")
    (passage,) = cut(load_policies(tmp_path)[0])
    assert (passage.section, passage.text) == ("H", "One two three.")


def test_no_articles_at_all(tmp_path: Path) -> None:
    with pytest.raises(PartUnavailable, match="no articles"):
        load_policies(tmp_path)
