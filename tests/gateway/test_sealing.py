"""What was sealed can be read by us, for its own conversation, and by nobody else."""

from __future__ import annotations

import base64
import random
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.gateway.sealing import Forged, Seal, SecretDamaged, ensure_secret
from bot.settings import Settings

SECRET = b"a secret of the tests, not of anybody else"
SEAL = Seal(SECRET, "buttons")
VALUE = {"payload": '/deny{"paid":"no"}', "script": "utter_x", "turn": 3}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_a_sealed_value_comes_back_whole(value: Any) -> None:
    assert SEAL.open(SEAL.seal(value, "c1"), "c1") == value
    assert SEAL.read_token(SEAL.token(value, "c1"), "c1") == value


def test_the_text_is_not_in_what_is_stored() -> None:
    assert b"canary" not in SEAL.seal("canary", "c1")


def test_two_seals_of_one_value_differ() -> None:
    assert SEAL.token(VALUE, "c1") != SEAL.token(VALUE, "c1")


def test_a_token_is_safe_in_an_address_and_a_form() -> None:
    assert set(SEAL.token(VALUE, "c1")) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def changed(token: str, place: int) -> str:
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


GOOD = SEAL.token(VALUE, "c1")
FORGERIES = {
    "empty": "",
    "not base64": "!!!!",
    "not ascii": "ключ",
    "a lone surrogate": "\ud800",
    "one letter": "A",
    "truncated": GOOD[:-2],
    "only the nonce": GOOD[:16],
    "extended": GOOD + "AAAA",
    "another nonce": changed(GOOD, 0),
    "another text": changed(GOOD, 20),
    "another tag": changed(GOOD, len(GOOD) - 6),
    "twice": GOOD + GOOD,
    "plain JSON": base64.urlsafe_b64encode(b'{"payload":"/restart","turn":0}').decode(),
    "made with another secret": Seal(b"x" * 32, "buttons").token(VALUE, "c1"),
    "made for another purpose": Seal(SECRET, "inbox").token(VALUE, "c1"),
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(Forged):
        SEAL.read_token(token, "c1")


def test_a_token_of_another_conversation_is_refused() -> None:
    with pytest.raises(Forged):
        SEAL.read_token(GOOD, "c2")


def test_every_flipped_bit_is_noticed() -> None:
    sealed = SEAL.seal(VALUE, "c1")
    for bit in range(len(sealed) * 8):
        forged = bytearray(sealed)
        forged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Forged):
            SEAL.open(bytes(forged), "c1")


def test_ten_thousand_guessed_tokens_are_refused() -> None:
    guess = random.Random(1)
    for _ in range(10_000):
        token = base64.urlsafe_b64encode(guess.randbytes(guess.randrange(120))).decode()
        with pytest.raises(Forged):
            SEAL.read_token(token, "c1")


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = ensure_secret(tmp_path, None)
    assert len(first) == 32
    assert ensure_secret(tmp_path, None) == first
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_together_share_one_whole_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ensure_secret(tmp_path, None), range(16)))
    assert len(set(found)) == 1
    assert len(list((tmp_path / "keys").iterdir())) == 1, "nothing half made is left"


@pytest.mark.parametrize("left", [b"", b"x" * 31])
def test_a_secret_that_lost_its_bytes_seals_nothing(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret.key").write_bytes(left)
    with pytest.raises(SecretDamaged, match=r"secret\.key is damaged"):
        ensure_secret(tmp_path, None)


def test_a_secret_of_the_settings_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError, match="secret_key"):
        Settings(_env_file=None, secret_key="hunter2")


def test_a_given_secret_is_not_written_down(tmp_path: Path) -> None:
    assert ensure_secret(tmp_path, "given") == b"given"
    assert not list(tmp_path.iterdir())
