"""What every part of the sandbox works on."""

from dataclasses import dataclass

from .config import Config
from .faults import Faults
from .state import State
from .traffic import Traffic


@dataclass(frozen=True)
class World:
    config: Config
    state: State
    faults: Faults
    traffic: Traffic

    @classmethod
    def create(cls, config: Config) -> "World":
        state = State(config.state)
        return cls(config, state, Faults(state), Traffic())
