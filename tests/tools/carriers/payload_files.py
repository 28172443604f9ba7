"""The payloads beside these tests: carriers' real shapes with invented numbers, places and names."""

from pathlib import Path

FOLDER = Path(__file__).parent / "payloads"
NAMES = tuple(sorted(path.name for path in FOLDER.iterdir()))


def payload(name: str) -> bytes:
    """The payload of a name without its ending, for example `ups-delivered`."""
    (path,) = FOLDER.glob(f"{name}.*")
    return path.read_bytes()


def carrier_of(name: str) -> str:
    """The carrier a payload's name begins with."""
    return name.split("-")[0]
