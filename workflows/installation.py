"""An installation as doors and workers reach it: records, ledger, workflow server and processor, by their addresses."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.runtime import Runtime

from tools.embedded import Addresses
from tools.embedded.addresses import read_addresses
from tools.processors.connected import ConnectedProcessors
from tools.records.audit import AuditTrail
from tools.records.cases import CaseRecords
from tools.records.crypto import derive_secret, load_or_make_master_key, master_key_from_hex
from tools.records.ledger import Ledger
from tools.records.outcomes import OutcomeRecords
from tools.records.records import Records
from tools.records.schema import app_url, migrate, read_tenancy_secret
from tools.records.tenancy import padded_halves
from tools.settings import Settings
from tools.sources.connected import ConnectedSources, connect_sources
from tools.telemetry.for_operators import ForOperators
from tools.telemetry.spans import tracing_is_on
from workflows.codec import data_converter
from workflows.connections import open_processors
from workflows.tracing import CarriedTraces


class NotRunningError(ForOperators, RuntimeError):
    """No services are known for this data folder; the message says how to start them."""


class WrongMasterKeyError(ForOperators, RuntimeError):
    """The records were made with another master key."""


@dataclass(frozen=True)
class Installation:
    """Open connections; `master_key` also encrypts what enters Temporal."""

    settings: Settings
    addresses: Addresses
    master_key: bytes
    records: Records
    cases: CaseRecords
    ledger: Ledger
    outcomes: OutcomeRecords
    audit: AuditTrail
    temporal: Client
    processors: ConnectedProcessors
    sources: ConnectedSources


def addresses_of(settings: Settings) -> Addresses:
    """Where the services are: the settings' own addresses, else those of the running embedded installation."""
    known = read_addresses(settings.data.expanduser().absolute())
    postgres = settings.postgres_url or (known.postgres_url if known else None)
    temporal = settings.temporal_address or (known.temporal_address if known else None)
    chroma = settings.chroma_url or (known.chroma_url if known else None)
    if postgres is None or temporal is None or chroma is None:
        raise NotRunningError(
            f"nothing runs for {settings.data}: start it with `amends up` in another terminal, or set "
            "AMENDS_POSTGRES_URL, AMENDS_TEMPORAL_ADDRESS and AMENDS_CHROMA_URL"
        )
    return Addresses(
        postgres_url=postgres,
        temporal_address=temporal,
        temporal_namespace=settings.temporal_namespace,
        chroma_url=chroma,
        stripe_url=settings.stripe_url or (known.stripe_url if known else None),
        paypal_url=settings.paypal_url or (known.paypal_url if known else None),
        # Beside a key nothing stands in for Adyen, whatever sandbox runs for another processor.
        adyen_url=settings.adyen_url or (known.adyen_url if known and settings.adyen_key is None else None),
    )


def master_key_of(settings: Settings) -> bytes:
    """The key from the settings, else the data folder's own, made when first needed."""
    if settings.master_key is not None:
        return master_key_from_hex(settings.master_key.get_secret_value())
    return load_or_make_master_key(settings.data.expanduser().absolute() / "master.key")


async def _refuse_another_key(owner_url: str, secret: bytes) -> None:
    """A process with another master key would lock every other one out, and could read nothing itself."""
    try:
        known = await read_tenancy_secret(owner_url)
    except LookupError:
        return  # the first start
    if padded_halves(known) != padded_halves(secret):
        raise WrongMasterKeyError(
            "the master key is not the one these records were made with; set AMENDS_MASTER_KEY, or point AMENDS_DATA "
            "at the folder whose master.key they were made with"
        )


@asynccontextmanager
async def open_installation(settings: Settings, runtime: Runtime | None = None) -> AsyncGenerator[Installation, None]:
    """Migrate the records if need be and connect to everything; closed at the end.

    `runtime` is Temporal's own, where a process wants its logs and figures (`workflows/operating.py`).
    Raises NotRunningError, WrongMasterKeyError, RecordsUnavailable, or what Temporal's client raises.
    """
    addresses = addresses_of(settings)
    if (settings.paypal_client_id is None) is not (settings.paypal_secret is None):
        raise NotRunningError("PayPal: set both AMENDS_PAYPAL_CLIENT_ID and AMENDS_PAYPAL_SECRET, or neither")
    connections = (
        settings.stripe_key,
        addresses.stripe_url,
        settings.paypal_client_id,
        addresses.paypal_url,
        settings.adyen_key,
        addresses.adyen_url,
    )
    if not any(connections):
        raise NotRunningError(
            "no processor: set AMENDS_STRIPE_KEY for Stripe itself, AMENDS_PAYPAL_CLIENT_ID and AMENDS_PAYPAL_SECRET "
            "for PayPal, AMENDS_ADYEN_KEY for Adyen, or AMENDS_STRIPE_URL for a local sandbox"
        )
    master_key = await asyncio.to_thread(master_key_of, settings)
    password, secret = derive_secret(master_key, "application-role").hex(), derive_secret(master_key, "tenancy")
    await _refuse_another_key(addresses.postgres_url, secret)
    await migrate(addresses.postgres_url, password, tenancy_secret=secret)
    records = await Records.connect(
        app_url(addresses.postgres_url, password), master_key=master_key, tenancy_secret=secret
    )
    try:
        async with open_processors(settings, addresses, records) as processors, connect_sources(settings) as sources:
            yield Installation(
                settings=settings,
                addresses=addresses,
                master_key=master_key,
                records=records,
                cases=CaseRecords(records),
                ledger=Ledger(records),
                outcomes=OutcomeRecords(records),
                audit=AuditTrail(records),
                temporal=await Client.connect(
                    addresses.temporal_address,
                    namespace=addresses.temporal_namespace,
                    data_converter=data_converter(master_key),
                    interceptors=[CarriedTraces()] if tracing_is_on() else [],
                    runtime=runtime,
                ),
                processors=processors,
                sources=sources,
            )
    finally:
        await records.close()
