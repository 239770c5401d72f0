"""Reads the tokens of base.css and does the arithmetic of colour: OKLCH, sRGB, WCAG contrast."""

import math
import re
from pathlib import Path

BASE_CSS = Path(__file__).resolve().parents[2] / "static/css/base.css"
TOKEN = re.compile(
    r"--([a-z0-9-]+): light-dark\(oklch\(([^)]+)\), oklch\(([^)]+)\)\);",
)
FALLBACK = re.compile(r"@supports not \(color: light-dark.*?:root \{(.*?)\}", re.DOTALL)


def tokens() -> dict[str, tuple[tuple, tuple]]:
    """Name -> (light, dark), each (lightness, chroma, hue, alpha)."""
    found = TOKEN.findall(BASE_CSS.read_text())
    return {name: (_parse(light), _parse(dark)) for name, light, dark in found}


def fallback() -> dict[str, str]:
    """The hex values for browsers without light-dark()."""
    block = FALLBACK.search(BASE_CSS.read_text()).group(1)
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6,8});", block))


def _parse(text: str) -> tuple[float, ...]:
    text, _, alpha = text.partition("/")
    lightness, chroma, hue = text.split()
    return (float(lightness.rstrip("%")) / 100, float(chroma), float(hue), float(alpha or 1))


def linear_rgb(colour) -> tuple[float, float, float]:
    lightness, chroma, hue, _alpha = colour
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def is_in_srgb(colour) -> bool:
    return all(-0.002 <= channel <= 1.002 for channel in linear_rgb(colour))


def rgb(colour) -> tuple[int, int, int]:
    return tuple(round(255 * _gamma(min(1, max(0, channel)))) for channel in linear_rgb(colour))


def as_hex(colour) -> str:
    alpha = colour[3]
    tail = "" if alpha == 1 else f"{round(alpha * 255):02x}"
    return "#" + "".join(f"{channel:02x}" for channel in rgb(colour)) + tail


def contrast(one, other) -> float:
    lighter, darker = sorted((_luminance(rgb(one)), _luminance(rgb(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _gamma(x: float) -> float:
    return 12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055


def _luminance(channels) -> float:
    def linear(channel):
        x = channel / 255
        return x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
