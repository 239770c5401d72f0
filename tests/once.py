"""What takes long to make and is only looked at: made once for all who run beside each other."""

from collections.abc import Callable
from pathlib import Path

from tests.processes import wait_until


def once(name: str, make: Callable[[Path], object], *, tmp_path_factory, testrun_uid) -> Path:
    """The folder of that name that `make` has filled, here or in another worker."""
    folder = Path(tmp_path_factory.getbasetemp()).parent / f"{name}-{testrun_uid}"
    try:
        folder.mkdir()
    except FileExistsError:
        wait_until((folder / "done").exists, 240)
        return folder
    make(folder)
    (folder / "done").touch()
    return folder
