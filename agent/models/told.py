"""The closed sets in words, as prompts show them: labels, tools and needs, each from the one table that holds them."""

from collections.abc import Iterable

from agent.taxonomy import LOOK_UPS, TAXONOMY
from tools.registry import TOOLS


def labels_told() -> str:
    """Return every label with what belongs to it, category by category."""
    lines = []
    for name, category in TAXONOMY.items():
        lines.append(f"{name}: {category.definition}")
        lines += [f"- {name}/{topic}: {rule.definition}" for topic, rule in category.topics.items()]
    return "\n".join(lines)


def tools_told(names: Iterable[str]) -> str:
    """Return each tool with its own words, which are its docstring."""
    return "\n".join(f"- {name}: {' '.join(TOOLS[name].description.split())}" for name in names)


def needs_told() -> str:
    """Return which look-ups each label needs; labels that need none are left out."""
    return "\n".join(
        f"- {name}/{topic}: {', '.join(LOOK_UPS[rule.handling])}"
        for name, category in TAXONOMY.items()
        for topic, rule in category.topics.items()
        if rule.handling in LOOK_UPS
    )
