"""Where a cluster lives when the user that runs it cannot reach the data folder."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.embedded.postgres import Cluster, PostgresError, can_reach


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder inside one that nobody but its owner can enter."""
    parent = Path(tempfile.mkdtemp(prefix="amends-closed-"))
    assert parent.stat().st_mode & 0o077 == 0
    (parent / "data").mkdir()
    yield parent / "data"
    shutil.rmtree(parent)


def test_a_cluster_is_made_even_where_the_service_user_cannot_go(closed_folder: Path) -> None:
    cluster = Cluster(closed_folder, durable=False)
    try:
        cluster.prepare()
        sheltered = os.geteuid() == 0
        assert cluster.home.is_relative_to(closed_folder) is not sheltered
        assert (cluster.home / "18" / "PG_VERSION").read_text().strip() == "18"
        again = Cluster(closed_folder, durable=False)
        again.prepare()
        assert again.home == cluster.home
        assert again.url(5432) == cluster.url(5432)
    finally:
        cluster.erase()
    assert not cluster.home.exists()
    assert list(closed_folder.iterdir()) == []


def test_a_cluster_whose_sheltered_files_are_gone_is_not_replaced_silently(closed_folder: Path) -> None:
    note = closed_folder / "postgres.folder"
    note.write_text(f"{closed_folder}/gone\n")

    with pytest.raises(PostgresError, match=f"which is gone; restore it, or remove {note}"):
        Cluster(closed_folder).prepare()


def test_reaching_needs_every_folder_above(closed_folder: Path) -> None:
    other = pwd.getpwnam("nobody").pw_name
    owner = pwd.getpwuid(os.geteuid()).pw_name

    assert can_reach(closed_folder, owner)
    assert not can_reach(closed_folder, other)
    closed_folder.parent.chmod(0o711)
    assert can_reach(closed_folder, other)
    assert not can_reach(closed_folder / "absent", other)
