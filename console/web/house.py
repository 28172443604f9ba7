"""What the pages work with: the installation, the desk, and who is who."""

from dataclasses import dataclass

from fastapi import Request

from console.web.security.form_token import FormTokens
from console.web.security.identity_provider import IdentityProvider
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy
from tools.records.invitations import Invitations
from tools.records.sessions import Sessions
from tools.records.staff import Staff
from workflows.desk import CaseDesk
from workflows.installation import Installation
from workflows.letter_desk import LetterDesk
from workflows.reviewing import Reviewing


@dataclass(frozen=True)
class House:
    """One per application; pages get it as a parameter through `house_of`."""

    installation: Installation
    desk: CaseDesk
    reviewing: Reviewing
    letters: LetterDesk
    staff: Staff
    sessions: Sessions
    invitations: Invitations
    form_tokens: FormTokens
    identity_provider: IdentityProvider | None
    """None where people sign in by password alone."""
    secure: bool
    """Whether browsers come over TLS, so that cookies are marked for it."""


def open_house(installation: Installation, *, secure: bool, policy: MerchantPolicy = HOUSE_POLICY) -> House:
    """The house of an installation; `policy` is that of its workers."""
    oidc = installation.settings.oidc
    desk = CaseDesk(installation)
    reviewing = Reviewing(installation, desk, policy)
    return House(
        installation=installation,
        desk=desk,
        reviewing=reviewing,
        letters=LetterDesk(installation, reviewing),
        staff=Staff(installation.records),
        sessions=Sessions(installation.records),
        invitations=Invitations(installation.records),
        form_tokens=FormTokens(installation.master_key),
        identity_provider=IdentityProvider(oidc, installation.master_key) if oidc else None,
        secure=secure,
    )


def house_of(request: Request) -> House:
    """The house the application was made with."""
    house: House = request.app.state.house
    return house
