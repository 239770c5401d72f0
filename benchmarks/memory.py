"""What this process holds."""

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident() -> float:
    """In MB; where the system does not tell of now, the most it ever was."""
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
