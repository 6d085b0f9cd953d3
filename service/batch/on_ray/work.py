"""All that a worker on another machine needs."""

from pathlib import Path

from service.batch.hired import Hired
from service.batch.on_ray.surroundings import Surroundings


class Work:
    """`says` is what each has to say; slices lie in `folder`. No dataclass, since Ray shows the fields of one."""

    def __init__(self, hired: Hired, surroundings: Surroundings, says: dict[str, str], folder: Path) -> None:
        self.hired = hired
        self.surroundings = surroundings
        self.says = says
        self.folder = folder
