"""What the sandbox is started with."""

from dataclasses import dataclass
from pathlib import Path

DEMO_KEY = "ACMA:sandbox-demo-key"


@dataclass(frozen=True)
class Config:
    host: str = "127.0.0.1"
    port: int = 8765
    state: Path = Path("data/sandbox.db")
    seed: int = 1
    is_fast: bool = False
    demo_key: str = DEMO_KEY
    buyers_every: float = 0
    moderate_after: float | None = None

    @property
    def moderation_seconds(self) -> float:
        if self.moderate_after is not None:
            return self.moderate_after
        return 0.2 if self.is_fast else 3.0

    @property
    def tick_seconds(self) -> float:
        """How often the clockwork behind the marketplace looks for something due."""
        return 0.02 if self.is_fast else 0.5

    @property
    def step_seconds(self) -> float:
        """How long an order stays in one status before it moves on by itself."""
        return 2.0 if self.is_fast else 60.0
