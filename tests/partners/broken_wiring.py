"""A wiring whose listener fails, to see what remains."""

ON_EVENT = {"partner_registered": ["tests.partners.broken_wiring.break_down"]}


def break_down(**data):
    raise RuntimeError("broken on purpose")
