"""The operator token: made once, kept from others, compared whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from starter.tokens import is_operator_token, read_or_make_operator_token


def test_a_token_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    token = read_or_make_operator_token(folder)
    assert len(token) == 43  # 32 bytes in base64 without padding
    assert read_or_make_operator_token(folder) == token
    assert [path.name for path in folder.iterdir()] == ["operator-token"]
    assert (folder / "operator-token").stat().st_mode & 0o777 == 0o600


def test_two_that_start_at_once_have_the_same_token(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(lambda _: read_or_make_operator_token(tmp_path), range(32)))
    assert len(tokens) == 1


def test_a_token_that_others_could_read_is_closed_to_them_again(tmp_path: Path) -> None:
    token = read_or_make_operator_token(tmp_path)
    path = tmp_path / "operator-token"
    path.chmod(0o644)
    assert read_or_make_operator_token(tmp_path) == token
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_token_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "operator-token").touch()
    with pytest.raises(ValueError, match="operator-token is empty"):
        read_or_make_operator_token(tmp_path)


@pytest.mark.parametrize("shown", ["", "secre", "secret ", "Secret", "secretsecret", "sēcret", "\udcff"])
def test_only_the_whole_token_is_the_token(shown: str) -> None:
    assert not is_operator_token(shown, "secret")
    assert is_operator_token("secret", "secret")
