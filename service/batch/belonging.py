"""What a run belongs to: its output depends on all of this, so another of it is another run and is refused."""

import json
from typing import Any

from service.batch.columns import Columns
from service.batch.files.formats import PIPE
from service.batch.files.input_file import InputFile
from service.batch.output_place import OutputPlace, OutputRefusedError
from service.batch.run_state import RunState
from service.batch.totals import Totals
from service.batch.wanted import Wanted

Belongs = dict[str, Any]


def belonging(wanted: Wanted, given: InputFile, columns: Columns, says: dict[str, str], rows: int) -> Belongs:
    """Return what an output depends on; the input's name is not of it, as a file may be moved."""
    return {
        "input": given.sha256,
        **says,
        "depth": wanted.depth.value,
        "columns": columns.said(),
        "encoding": wanted.encoding,
        "delimiter": wanted.delimiter,
        "output": (wanted.target_format or wanted.target.suffix) if wanted.target != PIPE else "-",
        "rows": rows,
    }


def done_before(place: OutputPlace, belongs: Belongs) -> Totals | None:
    """Return the totals of a run that ended before; raises OutputRefusedError where what is there is another's."""
    if place.state.exists() or not place.target.exists():
        return None
    try:
        told = json.loads(place.summary.read_text(encoding="utf-8"))
        totals, other = Totals.model_validate(told["totals"]), told["belongs"]
    except (OSError, ValueError, KeyError, TypeError):
        words = f"{place.target} is there already; name another OUT, or give --overwrite."
        raise OutputRefusedError(words) from None
    _require_same(other, belongs, place)
    return totals


def begin(state: RunState, belongs: Belongs, place: OutputPlace) -> None:
    """Begin a run, or go on with one; raises OutputRefusedError where it is another."""
    begun = state.belongs()
    if begun is None:
        state.begin(belongs)
    else:
        _require_same(begun, belongs, place)


def summary(belongs: Belongs, totals: Totals) -> str:
    """Return what lies beside a finished output."""
    return json.dumps({"belongs": belongs, "totals": totals.model_dump(mode="json")}, indent=2) + "\n"


def _require_same(begun: Belongs, belongs: Belongs, place: OutputPlace) -> None:
    other = [name for name in belongs if begun.get(name) != belongs[name]]
    if not other:
        return
    what = ", ".join(
        name if name == "input" else f"{name} {begun.get(name)!r} and not {belongs[name]!r}" for name in other
    )
    raise OutputRefusedError(
        f"What lies at {place.target} belongs to another run: its {what}. Ask for the same again, name another OUT, "
        "or give --overwrite."
    )
