"""The tokens keep their contrast in both themes, whoever turns a knob."""

import pytest

from tests.ui import colours

TONES = ("ok", "warn", "bad", "info", "hold", "mute")
TEXT, INK, SHAPE = 4.5, 7, 3
PAIRS = [
    *[("ink", ground, INK) for ground in ("bg", "surface", "sunken")],
    *[("ink-2", ground, TEXT) for ground in ("bg", "surface", "sunken")],
    *[("ink-3", ground, TEXT) for ground in ("bg", "surface", "sunken")],
    *[("accent-ink", ground, TEXT) for ground in ("bg", "surface", "sunken", "accent-soft")],
    *[("ink", f"{tone}-soft", INK) for tone in TONES],
    *[("accent-ink", f"{tone}-soft", TEXT) for tone in TONES],
    *[(tone, f"{tone}-soft", TEXT) for tone in TONES],
    *[(tone, ground, TEXT) for tone in TONES for ground in ("bg", "surface", "accent-soft")],
    ("ink", "accent-soft", INK),
    ("ink-2", "accent-soft", TEXT),
    ("ink-3", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hi", TEXT),
    ("on-bad", "bad-solid", TEXT),
    ("bg", "ink", INK),
    *[("line-strong", ground, SHAPE) for ground in ("bg", "surface")],
    *[("focus", ground, SHAPE) for ground in ("bg", "surface", "sunken", "accent-soft")],
    *[(f"c{n}", "surface", SHAPE) for n in (1, 2)],
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "goal"), PAIRS)
def test_it_is_readable(front, ground, goal, theme):
    tokens = colours.tokens()
    assert colours.contrast(tokens[front][theme], tokens[ground][theme]) >= goal


def test_every_colour_can_be_shown_by_every_screen():
    tokens = colours.tokens()
    outside = [
        (name, theme)
        for name, pair in tokens.items()
        for theme in (0, 1)
        if not colours.is_in_srgb(pair[theme])
    ]
    assert len(tokens) >= 31
    assert outside == []


def test_old_browsers_get_the_same_light_theme():
    expected = {name: colours.as_hex(pair[0]) for name, pair in colours.tokens().items()}
    assert colours.fallback() == expected
