"""What an attempt cost, by the prices that come with genai-prices."""

from decimal import ROUND_HALF_UP, Decimal
from importlib.metadata import version

from ai_manager.providers.base import Usage

MICRO = Decimal(1_000_000)
UNKNOWN = "unknown"


def cost(*, provider: str, model: str, usage: Usage) -> tuple[int | None, str]:
    """Millionths of a US dollar and where the price is from; None is unknown, never free."""
    if usage.input is None or usage.output is None:
        return None, UNKNOWN
    # Half a second to import, so only where something was paid for.
    import genai_prices

    tokens = genai_prices.Usage(
        input_tokens=usage.input, cache_read_tokens=usage.cached or 0, output_tokens=usage.output
    )
    try:
        price = genai_prices.calc_price(tokens, model_ref=model, provider_id=provider)
    except LookupError:
        return None, UNKNOWN
    micro = (price.total_price * MICRO).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(micro), f"genai-prices {version('genai-prices')}"
