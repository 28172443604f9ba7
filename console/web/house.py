"""What the pages work with: the installation, the desk, and who is who."""

from dataclasses import dataclass

from fastapi import Request

from console.web.security.form_token import FormTokens
from tools.records.invitations import Invitations
from tools.records.sessions import Sessions
from tools.records.staff import Staff
from workflows.desk import CaseDesk
from workflows.installation import Installation


@dataclass(frozen=True)
class House:
    """One per application; pages get it as a parameter through `house_of`."""

    installation: Installation
    desk: CaseDesk
    staff: Staff
    sessions: Sessions
    invitations: Invitations
    form_tokens: FormTokens
    secure: bool
    """Whether browsers come over TLS, so that cookies are marked for it."""


def open_house(installation: Installation, *, secure: bool) -> House:
    """The house of an installation."""
    return House(
        installation=installation,
        desk=CaseDesk(installation),
        staff=Staff(installation.records),
        sessions=Sessions(installation.records),
        invitations=Invitations(installation.records),
        form_tokens=FormTokens(installation.master_key),
        secure=secure,
    )


def house_of(request: Request) -> House:
    """The house the application was made with."""
    house: House = request.app.state.house
    return house
