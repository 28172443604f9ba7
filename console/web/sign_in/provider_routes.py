"""`/sign-in/provider`: to the identity provider and back; who comes back needs an account, or a group giving one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from console.web.house import House, house_of
from console.web.landing import target_of
from console.web.rendering import Pages, pages_of
from console.web.security.identity_provider import Identity, ProviderRefused
from console.web.security.rate import SIGN_INS, Rates
from console.web.security.visitor import keep_session
from console.web.sign_in.routes import first_merchant, own_path, sign_in_form
from knowledge.rules.authority import Role
from tools.records.staff import StaffMember

router = APIRouter()
FLOW_COOKIE = "amends_flow"
_PATH = "/sign-in/provider"
_HouseNow = Annotated[House, Depends(house_of)]
_PagesNow = Annotated[Pages, Depends(pages_of)]
_BY = "identity-provider"


@router.get(_PATH)
async def leave(
    request: Request,
    house: _HouseNow,
    pages: _PagesNow,
    next: str = "/",  # noqa: A002 - the word that people know from addresses
) -> Response:
    """Send the browser to the provider."""
    provider = house.identity_provider
    if provider is None:
        raise LookupError("no identity provider is set")
    try:
        address, kept = await provider.begin(str(request.url_for("come_back")), own_path(next))
    except ProviderRefused as refused:
        return sign_in_form(request, house, pages, target=own_path(next), problem=_sentence(refused), status=503)
    answer = RedirectResponse(address, 303)
    # Lax, not strict: the browser comes back from another site.
    answer.set_cookie(FLOW_COOKIE, kept, max_age=600, path=_PATH, httponly=True, samesite="lax", secure=house.secure)
    return answer


@router.get(f"{_PATH}/back", name="come_back")
async def come_back(request: Request, house: _HouseNow, pages: _PagesNow) -> Response:
    """Check what the provider says and sign the person in."""
    provider = house.identity_provider
    if provider is None:
        raise LookupError("no identity provider is set")
    rates: Rates = request.app.state.rates
    await rates.refuse_too_often(SIGN_INS, request.client.host if request.client else "")
    try:
        identity, target = await provider.complete(
            str(request.url_for("come_back")), request.cookies.get(FLOW_COOKIE, ""), dict(request.query_params)
        )
        member = await _member(house, identity)
    except ProviderRefused as refused:
        answer = sign_in_form(request, house, pages, target="/", problem=_sentence(refused), status=403)
    else:
        merchant = first_merchant(member.roles)
        token = await house.sessions.begin(member.account_id, merchant)
        answer = RedirectResponse(target_of(target, member.roles[merchant]), 303)
        keep_session(answer, token, secure=house.secure)
    answer.delete_cookie(FLOW_COOKIE, path=_PATH)
    return answer


async def _member(house: House, identity: Identity) -> StaffMember:
    """The account of whoever came back; ProviderRefused when they have none, or it is closed or another's."""
    member = await house.staff.by_identity(identity.digest)
    if member is None:
        if not identity.email:
            raise ProviderRefused("the identity provider has not verified your e-mail address; verify it there first")
        member = await house.staff.find(identity.email) or await _made(house, identity)
        if not await house.staff.bind_identity(member.account_id, identity.digest):
            raise ProviderRefused("the account of your address belongs to another person at the identity provider")
    if member.disabled:
        raise ProviderRefused("your account is closed; ask an administrator")
    if not member.roles:
        raise ProviderRefused("your account has no role at any merchant yet; ask an administrator")
    return member


async def _made(house: House, identity: Identity) -> StaffMember:
    """A new account for somebody whose group gives a role."""
    settings = house.installation.settings.oidc
    given = [one for one in (settings.roles if settings else ()) if one.group in identity.groups]
    if not given:
        raise ProviderRefused(f"there is no account for {identity.email}; ask an administrator")
    account_id = await house.staff.add(identity.email, identity.name[:100], by=_BY)
    for one in given:
        await house.staff.grant(account_id, one.merchant, Role(one.role), by=_BY)
    made = await house.staff.find(identity.email)
    assert made is not None
    return made


def _sentence(refused: ProviderRefused) -> str:
    said = str(refused)
    return f"{said[0].upper()}{said[1:]}."
