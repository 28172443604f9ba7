"""Templates: one environment, everything escaped, with the filters in which money, times and words are shown."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from console.web.house import House
from console.web.landing import QUEUE, landing_of
from knowledge.money import Money
from knowledge.rules.authority import Permission
from tools.records.sessions import SignedIn

_TEMPLATES = Path(__file__).parent
HTMX_REQUEST = "hx-request"
SILENT = 503
"""The status of whatever cannot be answered now because a part of the house is down."""
_SPELLED = {
    "avs": "AVS", "ce3": "CE 3.0", "cvv": "CVV", "dhl": "DHL", "fedex": "FedEx", "ip": "IP", "size fit": "size or fit",
    "three ds": "3-D Secure", "ups": "UPS", "usps": "USPS",
}  # fmt: skip
"""Names that are no words."""
_SPELLED_OTHERWISE = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")


def shown_money(money: Money | None) -> str:
    """`48.90 EUR`; a dash for none."""
    return "–" if money is None else str(money)


def shown_time(moment: datetime | None) -> str:
    """`2026-11-27 14:05` in UTC; a dash for none."""
    return "–" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def exact_time(moment: datetime) -> str:
    """`2026-11-27 14:05:09` in UTC: for what is compared with a log."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def machine_time(moment: datetime) -> str:
    """For `<time datetime>`: RFC 3339 in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def shown_words(word: str) -> str:
    """`return_and_refund` as `return and refund`, `avs_cvv_result` as `AVS CVV result`."""
    return _SPELLED_OTHERWISE.sub(lambda found: _SPELLED[found[0]], word.replace("_", " ").replace("-", " "))


def shown_proposal(proposal: str) -> str:
    """What is proposed: a stance or a resolution. `accept` is the processor's word for giving a dispute up."""
    return "concede" if proposal == "accept" else shown_words(proposal)


def shown_span(span: timedelta) -> str:
    """The two largest units of a span of time: `2 d 4 h`, `35 min`; negative ones as `over by 3 h`."""
    seconds = int(abs(span).total_seconds())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    text = f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return text if span >= timedelta() else f"over by {text}"


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip
_ENVIRONMENT.filters.update(
    money=shown_money,
    time=shown_time,
    exact_time=exact_time,
    machine_time=machine_time,
    words=shown_words,
    proposal=shown_proposal,
    span=shown_span,
)


class Pages:
    """Renders templates for whoever is signed in."""

    def __init__(self, house: House) -> None:
        self._house = house

    def text(self, template: str, context: Mapping[str, Any]) -> str:
        """A template with its context, as text: for fragments that are sent live."""
        return _ENVIRONMENT.get_template(template).render(context)

    def page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """An answer; `template` is a path below `console/web`, for example `queue/page.html`."""
        signed: SignedIn | None = getattr(request.state, "signed", None)
        given = {
            "Permission": Permission,
            "signed": signed,
            "landing": landing_of(signed.role) if signed else QUEUE,
            "form_token": getattr(request.state, "form_token", ""),
            "theme": request.cookies.get("amends_theme", "auto"),
            "path": request.url.path,
            "now": datetime.now(UTC),
            "htmx": request.headers.get(HTMX_REQUEST) == "true",
            **context,
        }
        return HTMLResponse(self.text(template, given), status)

    def refusal(
        self,
        request: Request,
        status: int,
        title: str,
        *,
        said: str = "",
        mend: str = "",
        again: Sequence[tuple[str, str]] | None = None,
    ) -> HTMLResponse:
        """A refusal: a page of its own; for htmx a sentence above the page, whose fields stay as they were filled in.

        `again` are the fields of a form that may be sent again as it was.
        """
        given = {
            "title": title,
            "said": said,
            "mend": mend,
            "outage": status == SILENT,
            "again": again,
            "address": str(request.url.replace(scheme="", netloc="")),
        }
        if request.headers.get(HTMX_REQUEST) != "true":
            return self.page(request, "templates/refusal.html", status=status, **given)
        answer = self.page(request, "templates/refusal_fragment.html", status=status, **given)
        answer.headers["hx-retarget"] = "#told"
        answer.headers["hx-reswap"] = "innerHTML"
        return answer


def pages_of(request: Request) -> Pages:
    """The pages the application was made with."""
    pages: Pages = request.app.state.pages
    return pages
