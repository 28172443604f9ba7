"""Photos drawn for the sample cases: simple goods, whole or harmed, so that no real buyer's picture is needed."""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFilter

_SIZE = (640, 480)


def draw(kind: str, harm: str, seed: int) -> bytes:
    """A JPEG of a `kind` (bowl, box, lamp, chair, shirt) with `harm` none, minor, moderate or severe."""
    random = Random(seed)  # noqa: S311 -- drawing, not secrets
    shade = random.randrange(170, 225)
    image = Image.new("RGB", _SIZE, (shade, shade - 8, shade - 20))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 360, 640, 480), fill=(150, 122, 96))
    body = (random.randrange(40, 120), random.randrange(70, 140), random.randrange(90, 170))
    _SHAPES[kind](pen, body)
    _harm(pen, harm, random)
    image = image.filter(ImageFilter.GaussianBlur(0.8))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _bowl(pen: ImageDraw.ImageDraw, body: tuple[int, int, int]) -> None:
    pen.pieslice((170, 120, 470, 420), 0, 180, fill=body)
    pen.ellipse((170, 235, 470, 305), fill=tuple(min(255, part + 40) for part in body))


def _box(pen: ImageDraw.ImageDraw, body: tuple[int, int, int]) -> None:
    pen.polygon([(180, 200), (420, 170), (480, 240), (480, 400), (240, 430), (180, 360)], fill=(176, 132, 84))
    pen.line([(180, 200), (240, 270), (480, 240)], fill=(120, 88, 52), width=4)
    pen.line([(240, 270), (240, 430)], fill=(120, 88, 52), width=4)
    pen.rectangle((290, 300, 400, 350), fill=(245, 245, 240))


def _lamp(pen: ImageDraw.ImageDraw, body: tuple[int, int, int]) -> None:
    pen.rectangle((312, 200, 328, 390), fill=(90, 90, 90))
    pen.ellipse((240, 375, 400, 415), fill=(70, 70, 70))
    pen.polygon([(230, 220), (410, 220), (360, 100), (280, 100)], fill=body)


def _chair(pen: ImageDraw.ImageDraw, body: tuple[int, int, int]) -> None:
    pen.rectangle((230, 120, 410, 250), fill=body)
    pen.rectangle((220, 250, 420, 280), fill=body)
    for leg in (230, 400):
        pen.rectangle((leg, 280, leg + 14, 420), fill=(80, 60, 40))


def _shirt(pen: ImageDraw.ImageDraw, body: tuple[int, int, int]) -> None:
    pen.polygon(
        [(220, 140), (290, 110), (350, 110), (420, 140), (480, 220), (430, 250), (410, 220), (410, 410), (230, 410),
         (230, 220), (210, 250), (160, 220)],
        fill=body,
    )  # fmt: skip


_SHAPES = {"bowl": _bowl, "box": _box, "lamp": _lamp, "chair": _chair, "shirt": _shirt}


def _harm(pen: ImageDraw.ImageDraw, harm: str, random: Random) -> None:
    if harm == "minor":
        pen.line([(300, 250), (350, 262)], fill=(240, 240, 240), width=3)
    if harm == "moderate":
        pen.line([(250, 240), (300, 290), (290, 330), (340, 380)], fill=(25, 20, 20), width=6)
    if harm == "severe":
        for _ in range(9):
            x, y = random.randrange(190, 430), random.randrange(170, 380)
            pen.polygon([(x, y), (x + 46, y + 14), (x + 20, y + 52)], fill=(235, 235, 230), outline=(20, 20, 20))
        for _ in range(6):
            start = (random.randrange(190, 450), random.randrange(150, 400))
            end = (random.randrange(190, 450), random.randrange(150, 400))
            pen.line([start, end], fill=(15, 15, 15), width=7)
