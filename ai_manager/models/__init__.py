from .jobs import CardJob
from .ledger import AiErrorLog, AiUsageLog

__all__ = ["AiErrorLog", "AiUsageLog", "CardJob"]
