"""Exhibit pictures for print: upright, grey, within a size; smaller step by step until the packet fits."""

import io

from PIL import Image, ImageOps

from knowledge.base import Frozen
from tools.files.images import prepare_for_model

TEXT_WIDTH_MM = 170.0
"""A4 less the template's margins."""


class PictureStep(Frozen):
    """One step of compression."""

    side: int
    """Longest side in pixels; 1024 across the text width is 150 dots an inch."""
    quality: int
    """Of JPEG, in Pillow's scale."""
    height_mm: float
    """How tall a picture may stand on the page."""


STEPS = (
    PictureStep(side=1024, quality=75, height_mm=120),
    PictureStep(side=1024, quality=55, height_mm=90),
    PictureStep(side=800, quality=48, height_mm=70),
    PictureStep(side=640, quality=40, height_mm=62),
)
"""From the best a reader can use to the least they can still read; at 62 mm three share a page."""
DOCUMENT_STEPS = (
    PictureStep(side=1800, quality=60, height_mm=200),
    PictureStep(side=1600, quality=48, height_mm=200),
    PictureStep(side=1400, quality=42, height_mm=160),
    PictureStep(side=1200, quality=36, height_mm=160),
)
"""For pages of documents, step by step with `STEPS`: their print must stay legible, at 160 mm half its size."""


def grey_picture(data: bytes) -> Image.Image:
    """The picture upright, in grey, with its contrast stretched so that a fax still shows it.

    Raises UndecodableImage.
    """
    with Image.open(io.BytesIO(prepare_for_model(data))) as upright:
        return ImageOps.autocontrast(upright.convert("L"), cutoff=0.5)


def grey_jpeg(picture: Image.Image, step: PictureStep) -> bytes:
    """The picture at one step, as a JPEG without metadata."""
    small = picture.copy()
    small.thumbnail((step.side, step.side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=step.quality)
    return out.getvalue()


def width_on_page(picture: Image.Image, step: PictureStep, dots_per_inch: int | None = None) -> float:
    """Width in millimetres at which the picture is no wider than the text and no taller than the step allows.

    With its `dots_per_inch` known, as of a document's page, it is never larger than life.
    """
    most = TEXT_WIDTH_MM if dots_per_inch is None else min(TEXT_WIDTH_MM, picture.width / dots_per_inch * 25.4)
    return round(min(most, step.height_mm * picture.width / picture.height), 1)
