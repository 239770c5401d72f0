"""Work that a worker is in the middle of when it is asked to stop."""

import time
from pathlib import Path


def write(folder: str) -> None:
    Path(folder, "begun").touch()
    time.sleep(3)
    Path(folder, "done").touch()
