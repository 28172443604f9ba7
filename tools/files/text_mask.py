"""Blurring what looks like writing in a picture, so that a model can look again without being told what to see.

Writing is many strokes side by side: within a small window, edges from dark to light and from light to dark are
both strong and both frequent. That also catches fine regular texture, which is the right way to err: the masked
reading only has to agree with the plain one, and where it does not a person looks.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

_SCALES = (1.0, 0.5, 0.25)
"""The window is as tall as small print; large letters are found in the reduced picture."""
_WINDOW = 15
"""Pixels, about one line of small print."""
_STRONG = 60
"""Grey levels between neighbours that count as the edge of a stroke."""
_SHARE = 0.07
"""Share of a window that must be rising edges, and as much falling ones."""
_MARGIN = 9
"""Pixels by which what was found is widened, to cover the ends of words."""
_BLUR_AT = 12
"""Radius at full scale; letters as tall as the window are then a smear."""

_Grey = npt.NDArray[np.float64]


def mask_text(picture: Image.Image) -> Image.Image:
    """A copy of an RGB picture in which regions that look like writing are blurred beyond reading."""
    masked = picture.copy()
    for scale in _SCALES:
        region = writing_at(picture, scale)
        if region.getbbox() is not None:
            blurred = masked.filter(ImageFilter.BoxBlur(_BLUR_AT / scale)).filter(ImageFilter.BoxBlur(_BLUR_AT / scale))
            masked.paste(blurred, mask=region)
    return masked


def writing_at(picture: Image.Image, scale: float) -> Image.Image:
    """The mask (white where writing is suspected) of letters about as tall as the window at this scale."""
    small = picture.convert("L").reduce(max(1, round(1 / scale)))
    grey: _Grey = np.asarray(small, dtype=np.float64)
    across = _strokes(grey)
    down = _strokes(grey.T).T
    found = Image.fromarray(((across | down) * 255).astype(np.uint8), "L")
    # A blur with everything above nothing made white is the maximum filter at a fiftieth of its cost.
    wider = found.filter(ImageFilter.BoxBlur(_MARGIN)).point([0] + [255] * 255)
    return wider.resize(picture.size)


def _strokes(grey: _Grey) -> npt.NDArray[np.bool_]:
    step: _Grey = np.zeros_like(grey)
    if grey.shape[1] < 3:
        return np.zeros(grey.shape, dtype=np.bool_)
    step[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    rising = _share((step > _STRONG).astype(np.uint8))
    falling = _share((step < -_STRONG).astype(np.uint8))
    return (rising > _SHARE) & (falling > _SHARE)


def _share(marked: npt.NDArray[np.uint8]) -> _Grey:
    """The share of marked pixels in the window around each pixel."""
    blurred = Image.fromarray(marked * 255, "L").filter(ImageFilter.BoxBlur(_WINDOW // 2))
    return np.asarray(blurred, dtype=np.float64) / 255
