import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools.records.crypto import (
    SealBroken,
    derive_secret,
    load_or_make_master_key,
    master_key_from_hex,
    new_case_key,
    open_sealed,
    seal,
    unwrap_case_key,
    wrap_case_key,
)

KEY = bytes(range(32))


def test_what_was_sealed_opens_with_the_same_key_and_place_only() -> None:
    sealed = seal(KEY, b"The lamp came broken.", "message", "m1")
    assert b"lamp" not in sealed
    assert open_sealed(KEY, sealed, "message", "m1") == b"The lamp came broken."
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed, "message", "m2")
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed, "message m1")
    with pytest.raises(SealBroken):
        open_sealed(new_case_key(), sealed, "message", "m1")


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_a_changed_byte_anywhere_is_noticed(place: int) -> None:
    sealed = bytearray(seal(KEY, b"12.50 EUR", "decision"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        open_sealed(KEY, bytes(sealed), "decision")


def test_a_cut_value_is_noticed() -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, seal(KEY, b"12.50 EUR", "decision")[:9], "decision")


def test_a_case_key_unwraps_for_its_own_merchant_and_case_only() -> None:
    key = new_case_key()
    wrapped = wrap_case_key(KEY, key, "shop", "C-1")
    assert unwrap_case_key(KEY, wrapped, "shop", "C-1") == key
    for merchant, case_id in (("shop", "C-2"), ("shop2", "C-1"), ("shopC", "-1")):
        with pytest.raises(SealBroken):
            unwrap_case_key(KEY, wrapped, merchant, case_id)
    with pytest.raises(SealBroken, match="master key"):
        unwrap_case_key(new_case_key(), wrapped, "shop", "C-1")


def test_secrets_derived_for_two_purposes_differ_and_stay_the_same() -> None:
    assert derive_secret(KEY, "tenancy") == derive_secret(KEY, "tenancy")
    assert derive_secret(KEY, "tenancy") != derive_secret(KEY, "application")


def test_the_master_key_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master"
    key = load_or_make_master_key(path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make_master_key(path) == key
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_at_once_get_the_same_master_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(load_or_make_master_key, [tmp_path / "master"] * 8))
    assert len(set(keys)) == 1


def test_a_master_key_others_can_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    path = tmp_path / "master"
    load_or_make_master_key(path)
    path.chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        load_or_make_master_key(path)


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 31])
def test_a_master_key_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match="64 hex digits") as refused:
        master_key_from_hex(text)
    assert not text or text not in str(refused.value)
