"""An alias points at the newest release of its kind: by day, then by number within a day."""

from pathlib import Path

from agent.release import RELEASES, load_release

NUMBERED = ("", "-2", "-10")


def test_the_newest_is_found_by_day_and_number(tmp_path: Path) -> None:
    told = (RELEASES / "embedded-2026-11-29.toml").read_text(encoding="utf-8")
    for id in (*(f"embedded-2026-11-30{number}" for number in NUMBERED), "embedded-2026-11-29-11"):
        (tmp_path / f"{id}.toml").write_text(told.replace("embedded-2026-11-29", id), encoding="utf-8")
    assert load_release("embedded", tmp_path).id == "embedded-2026-11-30-10"
