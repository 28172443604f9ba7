"""Pictures sent by strangers: decoded within bounds, compared by what they show, handed to models without metadata.

The original bytes are never changed here; they are the evidence. Nothing returns a location.
"""

import io
import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import imagehash
from PIL import Image, ImageOps

from tools.files.text_mask import mask_text as without_text

MOST_PIXELS = 50_000_000
"""Beyond every phone's normal mode; decoded as RGB it is 150 MB, which a worker can bear once."""
MODEL_SIDE = 1024
"""Longest side in pixels of a picture for a model: more costs tokens without showing more damage."""
MODEL_QUALITY = 88
SHOWN_SIDE = 2560
"""Longest side in pixels of a picture for people: fine scratches show, and no browser is given a phone's full mode."""
SHOWN_QUALITY = 92
FORMATS = ("JPEG", "PNG", "WEBP")
"""Decoders that may run. HEIC is left out: its decoders are a favourite way in."""

_MEDIA_TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
# EXIF 2.32, tags of the main directory and of the Exif directory.
_MAKE, _MODEL = 0x010F, 0x0110
_EXIF_DIRECTORY = 0x8769
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011


class UndecodableImage(ValueError):
    """The bytes are no picture that may be opened; the message says why in plain words."""


@dataclass(frozen=True)
class PictureFacts:
    """What a picture's bytes say about themselves. Metadata is the sender's word: anybody can write it."""

    media_type: str
    width: int
    """Pixels as stored, before any rotation the metadata asks for."""
    height: int
    captured_at: datetime | None
    """In UTC; see `zone_known`."""
    zone_known: bool
    """False when the camera wrote no offset and UTC was assumed: the time is then right to a day."""
    device: str | None


@contextmanager
def _opened(data: bytes, *, at_least_side: int | None = None) -> Generator[Image.Image]:
    """The fully decoded picture; with `at_least_side`, JPEG's own scaling may reduce it to no less than that."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise UndecodableImage(f"the picture has more than {MOST_PIXELS // 1_000_000} megapixels")
                if at_least_side is not None:
                    image.draft("RGB", (at_least_side, at_least_side))
                image.load()
                yield image
    except UndecodableImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UndecodableImage(f"the picture has more than {MOST_PIXELS // 1_000_000} megapixels") from error
    except Image.UnidentifiedImageError as error:
        raise UndecodableImage("the bytes are not a JPEG, PNG or WebP picture") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error) as error:
        # Pillow's decoders raise all of these on files that were cut off or made to break them.
        raise UndecodableImage(f"the picture is damaged or cut off ({type(error).__name__})") from error


def check_picture(data: bytes) -> None:
    """Decode a picture to its last byte, as cheaply as its format allows. Raises UndecodableImage."""
    with _opened(data, at_least_side=MODEL_SIDE):
        pass


def describe(data: bytes) -> PictureFacts:
    """Decode a picture whole and say what it is. Raises UndecodableImage."""
    with _opened(data) as image:
        exif = image.getexif()
        taken, zone_known = _taken(exif)
        return PictureFacts(
            media_type=_MEDIA_TYPES[image.format or ""],
            width=image.width,
            height=image.height,
            captured_at=taken,
            zone_known=zone_known,
            device=_device(exif),
        )


def _taken(exif: Image.Exif) -> tuple[datetime | None, bool]:
    directory = exif.get_ifd(_EXIF_DIRECTORY)
    written, offset = directory.get(_TAKEN), directory.get(_TAKEN_OFFSET)
    if not isinstance(written, str):
        return None, False
    written = written.strip("\x00 ")
    if isinstance(offset, str):
        try:
            return datetime.strptime(written + offset.strip("\x00 "), "%Y:%m:%d %H:%M:%S%z").astimezone(UTC), True
        except (ValueError, OverflowError):
            pass
    try:
        return datetime.strptime(written, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC), False
    except ValueError:
        return None, False


def _device(exif: Image.Exif) -> str | None:
    named = [str(exif[tag]) for tag in (_MAKE, _MODEL) if tag in exif]
    shown = "".join(letter for letter in " ".join(named) if letter.isprintable())
    return " ".join(shown.split())[:80] or None


def perceptual_hash(data: bytes) -> str:
    """64 bits in hex that change little when a picture is scaled or saved again. Raises UndecodableImage."""
    with _opened(data, at_least_side=256) as image:
        return str(imagehash.phash(_upright(image)))


def hash_distance(one: str, other: str) -> int:
    """Bits in which two perceptual hashes differ, 0 to 64; up to about 8 the pictures are the same one."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def prepare_for_model(data: bytes, *, mask_text: bool = False) -> bytes:
    """The picture as a JPEG for a model: upright, at most 1024 pixels a side, no metadata. Raises UndecodableImage.

    `mask_text` blurs what looks like writing, for the second reading that shows whether words in the picture
    swayed the first.
    """
    with _opened(data, at_least_side=MODEL_SIDE) as image:
        picture = _upright(image)
    picture.thumbnail((MODEL_SIDE, MODEL_SIDE))
    if mask_text:
        picture = without_text(picture)
    return _bare(picture, MODEL_QUALITY)


def prepare_for_people(data: bytes) -> bytes:
    """The picture as a JPEG to be looked at: upright, at most 2560 pixels a side, no metadata. Raises UndecodableImage.

    Where it was taken, and whatever hides behind the pixels, stays in the evidence.
    """
    with _opened(data, at_least_side=SHOWN_SIDE) as image:
        picture = _upright(image)
    picture.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return _bare(picture, SHOWN_QUALITY)


def _bare(picture: Image.Image, quality: int) -> bytes:
    """A JPEG of the pixels alone: EXIF, comments, profiles and appended pictures stay behind."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """RGB on white, turned as the metadata asks."""
    turned = ImageOps.exif_transpose(image)
    if not turned.has_transparency_data:
        return turned.convert("RGB")
    layered = turned.convert("RGBA")
    white = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(white, layered).convert("RGB")
