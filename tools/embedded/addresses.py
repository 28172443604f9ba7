"""Where the services are: `services.json` in the data folder, which other processes read to find them."""

import os
from pathlib import Path

from pydantic import ValidationError

from knowledge.base import Frozen
from tools.embedded.identity import ProcessIdentity

RECORD = "services.json"


class Addresses(Frozen):
    """How to reach the services. `postgres_url` holds the owner's password."""

    postgres_url: str
    temporal_address: str
    temporal_namespace: str
    chroma_url: str
    stripe_url: str | None = None
    """The local sandbox processor, when one runs."""
    paypal_url: str | None = None
    """Its PayPal side, when no PayPal account is connected."""
    adyen_url: str | None = None
    """Its Adyen side."""

    def environment(self) -> dict[str, str]:
        """The same as the settings' variables, for a child process that works with these services."""
        named = {f"AMENDS_{name.upper()}": value for name, value in self.model_dump().items()}
        return {name: value for name, value in named.items() if value is not None}


class ServicesRecord(Frozen):
    """What `services.json` says. A stopped installation keeps its ports, so that clients find it again."""

    version: str = "amends.services/1"
    owner: ProcessIdentity | None = None
    """The process that runs the services; None after a clean stop."""
    children: dict[str, ProcessIdentity] = {}
    ports: dict[str, int] = {}
    addresses: Addresses | None = None


def read_record(data: Path) -> ServicesRecord:
    """The record of the data folder; an empty one when there is none or it was not written whole."""
    try:
        return ServicesRecord.model_validate_json((data / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return ServicesRecord()


def write_record(data: Path, record: ServicesRecord) -> None:
    """Replace the record in one step, readable by its owner alone (it holds a password)."""
    write_private(data / RECORD, record.model_dump_json(indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` in one step with mode 0600."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_addresses(data: Path) -> Addresses | None:
    """Addresses of the services that run for this data folder now; None when nobody runs them."""
    record = read_record(data)
    if record.owner is None or not record.owner.alive():
        return None
    return record.addresses
