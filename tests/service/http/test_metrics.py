"""What several workers share of their figures."""

import os
import subprocess
import sys
from pathlib import Path

from service.http.metrics import forget_the_dead


def test_of_a_worker_that_was_killed_only_what_it_counted_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for process in (ended.pid, os.getpid()):
        for kind in ("gauge_livesum", "counter", "histogram"):
            (tmp_path / f"{kind}_{process}.db").touch()
    forget_the_dead(tmp_path)
    left = {file.stem for file in tmp_path.glob("*.db")}
    assert f"gauge_livesum_{os.getpid()}" in left
    assert f"gauge_livesum_{ended.pid}" not in left
    assert {f"counter_{ended.pid}", f"histogram_{ended.pid}"} <= left
