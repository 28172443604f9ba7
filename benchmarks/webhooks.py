"""Official webhook examples of the processors, read by our parsers: `python -m benchmarks.webhooks FOLDER`.

Files are named after their processor (`stripe_…json`, `paypal_webhook_…json`, `adyen_webhook_…json`). Stripe publishes
bare objects too; each is wrapped in an event of its kind before it is read. Exit code 1 when one is not accepted.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tools.intake import adyen, paypal, stripe

_ENVELOPE: dict[str, Any] = {"id": "evt_example", "object": "event", "created": 1_760_000_000, "livemode": False}
_EVENTS = {
    "dispute": "charge.dispute.updated",
    "refund": "refund.updated",
    "radar.early_fraud_warning": "radar.early_fraud_warning.created",
}
"""Events of the objects we act on; any other object comes in an event nobody has heard of."""


def _wrapped(content: Any) -> bytes:
    """A Stripe event as it stands, or an event around the object."""
    if content.get("object") == "event":
        return json.dumps(content).encode()
    kind: str = content.get("object", "object")
    event = _EVENTS.get(kind, f"{kind}.unheard_of")
    return json.dumps({**_ENVELOPE, "type": event, "data": {"object": content}}).encode()


def accepted(file: Path) -> str:
    """What the notices in the file are; ValueError when it is not accepted."""
    content = json.loads(file.read_text(encoding="utf-8"))
    if file.name.startswith("stripe_"):
        notices = stripe.parse(_wrapped(content))
    elif file.name.startswith("paypal_"):
        notices = paypal.parse(json.dumps(content).encode())
    else:
        notices = adyen.parse(json.dumps(content).encode())
    return ", ".join(f"{notice.event_type} ({notice.kind.value})" for notice in notices)


def main() -> None:
    """Read them all and count."""
    folder = Path(sys.argv[1])
    files = [*folder.glob("stripe_*.json"), *folder.glob("paypal_webhook_*.json"), *folder.glob("adyen_webhook_*.json")]
    refused = 0
    for file in sorted(files):
        try:
            print(f"  {file.name}: {accepted(file)}")
        except ValueError as problem:
            refused += 1
            print(f"  {file.name}: REFUSED, {problem}")
    print(f"official webhooks: {len(files) - refused} of {len(files)} accepted")
    sys.exit(1 if refused or not files else 0)


if __name__ == "__main__":
    main()
