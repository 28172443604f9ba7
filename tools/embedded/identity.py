"""Which process a pid means: pids are reused, so a pid alone never names a process we may signal."""

from pathlib import Path
from typing import Self

import psutil

from knowledge.base import Frozen


def _started(pid: int) -> str:
    """When `pid` started, in words that never name two processes; LookupError when there is no such process."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            raise LookupError(f"process {pid} has ended")
        # proc(5): field 22 of stat counts clock ticks since boot, which no change of the wall clock moves.
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
            return f"{boot}:{stat.read_text(encoding='utf-8', errors='replace').rpartition(')')[2].split()[19]}"
        return f"{process.create_time():.0f}"
    except (psutil.Error, OSError) as gone:
        raise LookupError(f"there is no process {pid}") from gone


class ProcessIdentity(Frozen):
    """A process by pid and start."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """Identify the running process `pid`; LookupError when it has ended."""
        return cls(pid=pid, started=_started(pid))

    def alive(self) -> bool:
        """True while this very process runs; a later process with the same pid does not count."""
        try:
            return _started(self.pid) == self.started
        except LookupError:
            return False
