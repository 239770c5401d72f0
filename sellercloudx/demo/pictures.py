"""Plain drawings in place of photos; nobody should take them for a real product."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

SIDE = 800
GROUND, INK, LIGHT = "#eef1f6", "#27364f", "#f7c948"
# Shape -> what is drawn, on a grid of 100: kind, box, colour.
SHAPES: dict[str, list[tuple[str, tuple[int, int, int, int], str]]] = {
    "teapot": [
        ("ring", (62, 38, 86, 66), INK),
        ("ellipse", (24, 34, 74, 78), INK),
        ("ellipse", (42, 24, 56, 36), INK),
        ("ellipse", (38, 46, 60, 66), LIGHT),
    ],
    "bowl": [("half", (20, 10, 80, 82), INK), ("rectangle", (40, 80, 60, 86), INK)],
    "flask": [
        ("rectangle", (36, 30, 64, 88), INK),
        ("rectangle", (41, 14, 59, 28), LIGHT),
    ],
    "towel": [
        ("rectangle", (22, 24, 78, 86), INK),
        ("rectangle", (22, 64, 78, 70), LIGHT),
    ],
    "pot": [
        ("rectangle", (12, 42, 88, 48), INK),
        ("half", (18, 4, 82, 88), INK),
        ("ellipse", (46, 34, 54, 42), LIGHT),
    ],
}


def draw(shape: str) -> SimpleUploadedFile:
    """What a person would upload: a file of a picture."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIDE, SIDE), GROUND)
    pen = ImageDraw.Draw(image)
    for kind, corners, colour in SHAPES[shape]:
        box = tuple(corner * SIDE // 100 for corner in corners)
        if kind == "ring":
            pen.ellipse(box, outline=colour, width=SIDE // 20)
        elif kind == "half":
            pen.chord(box, 0, 180, fill=colour)
        else:
            getattr(pen, kind)(box, fill=colour)
    file = BytesIO()
    image.save(file, "PNG")
    return SimpleUploadedFile(f"{shape}.png", file.getvalue(), "image/png")
