"""PostgreSQL, Temporal and Chroma as child processes of one installation, for one machine without any set-up."""

from tools.embedded.addresses import Addresses, read_addresses
from tools.embedded.processes import Command, Processes, StartError
from tools.embedded.services import EmbeddedServices, FolderInUseError

__all__ = [
    "Addresses",
    "Command",
    "EmbeddedServices",
    "FolderInUseError",
    "Processes",
    "StartError",
    "read_addresses",
]
