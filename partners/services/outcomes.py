"""How sending a message may end other than well; every channel raises these, or what it likes."""

from datetime import timedelta


class NobodyThere(Exception):
    """Nothing to send to any more: no address, no link, or they sent us away."""


class Refused(Exception):
    """Trying again would change nothing."""


class SlowDown(Exception):
    """They ask for a pause. Nothing is wrong with the message."""

    def __init__(self, pause: timedelta):
        super().__init__(f"asked to wait {pause.total_seconds():.0f} s")
        self.pause = pause


class Unreachable(Exception):
    """Their server does not answer, so the next message would wait for nothing, too."""
