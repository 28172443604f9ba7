"""Mail into a folder: the demo's and small installations' way, one file per message."""

import asyncio
import hashlib
import json
import os
from pathlib import Path

from tools.ports import Mail


class Outbox:
    """Writes each message once, named by its key's digest, under `<folder>/<merchant>/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        """Deliver once per key; a second send of the same key changes nothing."""
        await asyncio.to_thread(self._write, mail)

    def _write(self, mail: Mail) -> None:
        folder = self._folder / mail.merchant
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{mail.case_id}-{hashlib.sha256(mail.key.encode()).hexdigest()[:12]}.json"
        if target.exists():
            return
        draft = target.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(mail.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(target)
