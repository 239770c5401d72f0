"""Pages and worker in one container. Standard library only: it watches in 10 MB, not in 70."""

import sys

from sellercloudx.lib.children import Family, interrupt_on_signals

WEB = [sys.executable, "-m", "gunicorn", "sellercloudx.wsgi"]
WORKER = [sys.executable, "manage.py", "run_huey"]
# Less than Railway's drainingSeconds, more than gunicorn's graceful_timeout.
PATIENCE = 25


def main() -> int:
    """The exit code: 0 when asked to stop, 1 when one of them died and the platform must act."""
    interrupt_on_signals()
    family = Family()
    try:
        family.start("worker", WORKER)
        family.start("web", WEB)
        dead = family.watch()
    except KeyboardInterrupt:
        _say("Stopping.")
        return 0
    else:
        _say(f"The {dead.name} stopped (exit code {dead.process.returncode}).")
        return 1
    finally:
        family.end(PATIENCE)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  there is no logging here


if __name__ == "__main__":
    sys.exit(main())
