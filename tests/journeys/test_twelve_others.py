"""A fork's first day: twelve other categories, ten examples each, three policies. Nothing else is edited.

The project is copied, its taxonomy, examples and policies are replaced, and everything that should follow from them is
made anew by the documented commands.
"""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from tests.processes import python

pytestmark = pytest.mark.slow

WORDS = ("garden", "roof", "piano", "boat", "oven", "clock", "horse", "lamp", "window", "ladder", "bridge", "violin")
TAXONOMY_TABLE = """
TAXONOMY: Mapping[str, Category] = MappingProxyType(
    {
        name: Category(
            f"all that is about a {name}",
            f"a {name}",
            Priority.NORMAL,
            Team.CARE,
            _ANSWERED | (_REFUNDS if name == "piano" else frozenset()),
            {"repair": Topic("repair it", Handling.REFUND if name == "piano" else Handling.POLICY)},
        )
        for name in (WORDS)
    }
)
"""
POLICIES = {
    "garden-care": (
        "garden",
        "A garden is watered every evening. Hedges are cut in June. A neglected garden is dug over.",
    ),
    "piano-care": (
        "piano",
        "A piano is tuned twice a year. Keys that stick are repaired at home. A piano is not refunded.",
    ),
    "boat-care": ("boat", "A boat is painted in spring. Leaks in a boat are repaired within 3 days."),
}
SENTENCES = (
    "My {} needs repair.",
    "Who repairs a {}?",
    "The {} is broken, please help.",
    "How do I care for the {}?",
    "There is something wrong with our {}.",
    "I have a question about my old {}.",
    "Is a {} repaired at home?",
    "Our {} has been damaged.",
    "When can somebody look at the {}?",
    "What does repairing a {} cost?",
)


@pytest.fixture(scope="module")
def fork(root: Path, var: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with another taxonomy, examples and policies, and what the commands make of them."""
    copy: Path = tmp_path_factory.mktemp("fork")
    for room in ("agent", "tools", "knowledge", "service"):
        shutil.copytree(root / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(var / "encoder", copy / "var" / "encoder")
    taxonomy = copy / "agent" / "taxonomy.py"
    text = taxonomy.read_text(encoding="utf-8")
    before, rest = text.split("TAXONOMY: Mapping", 1)
    after = rest[rest.index("\ndef topic_of") :]
    taxonomy.write_text(before + TAXONOMY_TABLE.replace("(WORDS)", repr(WORDS)) + "\n" + after, encoding="utf-8")
    for folder, suffix in (("examples", "jsonl"), ("policies", "md")):
        for file in (copy / "knowledge" / folder).glob(f"*.{suffix}"):
            file.unlink()
    for word in WORDS:
        lines = [
            {"id": f"{word}-{number}", "text": sentence.format(word), "category": word, "topic": "repair"}
            for number, sentence in enumerate(SENTENCES)
        ]
        file = copy / "knowledge" / "examples" / f"{word}.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    for id, (category, body) in POLICIES.items():
        front = f"id: {id}\ntitle: {id}\nversion: 1\nvalid_from: 2026-01-01\nvalid_to: null\ncategory: {category}"
        (copy / "knowledge" / "policies" / f"{id}.md").write_text(
            f"---\n{front}\n---\n## Care\n{body}\n", encoding="utf-8"
        )
    made(copy, "-m", "knowledge", "learn")
    made(copy, "-m", "knowledge", "build")
    made(copy, "-c", "from agent.decision import write_schema; write_schema()")
    return copy


def made(folder: Path, *arguments: str) -> str:
    done = python(folder, *arguments, PYTHONPATH=str(folder), TRIAGE_VAR=str(folder / "var"))
    assert done.returncode == 0, done.stderr
    return done.stdout


def decide(fork: Path, text: str, *options: str) -> dict[str, object]:
    schema = json.loads((fork / "agent" / "decision.schema.json").read_text(encoding="utf-8"))
    decision = json.loads(made(fork, "-c", "from service.cli import main; main()", "ticket", text, "--json", *options))
    jsonschema.validate(decision, schema)
    assert isinstance(decision, dict)
    return decision


def test_it_runs_its_own_code(fork: Path) -> None:
    assert made(fork, "-c", "import agent.taxonomy; print(agent.taxonomy.__file__)").startswith(str(fork))


def test_the_schema_names_the_new_categories(fork: Path) -> None:
    assert json.dumps(list(WORDS)) in json.dumps(json.loads((fork / "agent" / "decision.schema.json").read_text()))


def test_a_ticket_is_answered_from_the_new_policy(fork: Path) -> None:
    decision = decide(fork, "How often should my piano... no, I mean my garden be watered?")
    assert decision["category"] in {"garden", "piano"}
    garden = decide(fork, "Who waters the garden and cuts the hedges?")
    assert garden["category"] == "garden"
    assert garden["next_action"] == "reply"
    assert "watered every evening" in str(garden["reply"])


def test_a_category_without_a_policy_goes_to_a_person(fork: Path) -> None:
    decision = decide(fork, "The clock is broken, can somebody repair the clock?")
    assert (decision["category"], decision["next_action"]) == ("clock", "escalate")


def test_a_refund_still_needs_its_tool(fork: Path) -> None:
    asked = decide(fork, "My piano A-10234 is broken, the piano needs repair", "--customer", "C-1001")
    assert (asked["category"], asked["next_action"]) == ("piano", "offer_refund")
    foreign = decide(fork, "My piano A-10234 is broken, the piano needs repair", "--customer", "C-1002")
    assert (foreign["next_action"], foreign["refund"]) == ("ask_follow_up", None)
