"""Mail into a folder: the demo's and small installations' way, one file per message."""

import asyncio
import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from tools.ports import Mail

_DIGEST = re.compile(r"[0-9a-f]{12}(\.\d+)?\.(json|draft)")


class Outbox:
    """Writes each message once, named by its key's digest, under `<folder>/<merchant>/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        """Deliver once per key; a second send of the same key changes nothing."""
        await asyncio.to_thread(self._write, mail)

    def erase(self, merchant: str, cases: Sequence[str]) -> int:
        """Remove every message about these cases, drafts too; returns how many. Blocking: call it in a thread."""
        removed = 0
        for case_id in cases:
            for file in (self._folder / merchant).glob(f"{case_id}-*"):
                # Another case's id may begin with this one's, so that the digest decides.
                if _DIGEST.fullmatch(file.name.removeprefix(f"{case_id}-")):
                    file.unlink(missing_ok=True)
                    removed += 1
        return removed

    def _write(self, mail: Mail) -> None:
        folder = self._folder / mail.merchant
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{mail.case_id}-{hashlib.sha256(mail.key.encode()).hexdigest()[:12]}.json"
        if target.exists():
            return
        draft = target.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(mail.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(target)
