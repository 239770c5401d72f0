"""How long a body says it is."""


def is_longer(told: str, *, than: int) -> bool:
    """By its Content-Length, in bytes; what is no length is longer than anything allowed."""
    # Python refuses to read numbers of thousands of digits.
    is_length = told.isascii() and told.isdigit() and len(told) < 20
    return not is_length or int(told) > than
