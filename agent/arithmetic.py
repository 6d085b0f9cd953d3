"""Keeps numpy to the thread that asks it."""

import os


def one_thread() -> None:
    """Call it before numpy is imported, which reads this once; who has said a number keeps it.

    A ticket's products are small: a second thread has nothing to do in them and waits for the next one by spinning. On
    two cores that took 5 ms of each ticket's 17, and in the batch it took them from another worker.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
