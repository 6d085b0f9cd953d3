"""What a user asks of a batch."""

from dataclasses import dataclass, field
from pathlib import Path

from service.batch.answers import Depth
from service.batch.engine_name import EngineName
from service.batch.files.csv_source import UTF8
from service.batch.files.formats import Format


@dataclass(frozen=True)
class Wanted:
    """`told` names columns by what they hold, None where they are to be guessed. `workers` None is one a core."""

    source: Path
    target: Path
    depth: Depth = Depth.CLASSIFY
    release: str | None = None
    workers: int | None = None
    at_once: int = 8
    told: dict[str, str | None] = field(default_factory=dict)
    source_format: Format | None = None
    target_format: Format | None = None
    encoding: str = UTF8
    delimiter: str | None = None
    strict: bool = False
    most_cost: float | None = None
    overwrite: bool = False
    engine: EngineName = EngineName.LOCAL
