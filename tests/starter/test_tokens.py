"""The operator token: made anew at each start, kept from others, compared whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from starter.failures import CommandFailed
from starter.http_client import Reach
from starter.tokens import is_operator_token, new_operator_token, read_operator_token


def test_a_token_is_kept_from_others_and_read_again(tmp_path: Path) -> None:
    token = new_operator_token(tmp_path)
    assert len(token) == 43  # 32 bytes in base64 without padding
    assert read_operator_token(tmp_path) == token
    assert [path.name for path in tmp_path.iterdir()] == ["operator-token"]
    assert (tmp_path / "operator-token").stat().st_mode & 0o777 == 0o600


def test_each_start_has_a_token_of_its_own(tmp_path: Path) -> None:
    first, second = new_operator_token(tmp_path), new_operator_token(tmp_path)
    assert first != second
    assert read_operator_token(tmp_path) == second


def test_a_token_that_others_could_read_is_closed_to_them_again(tmp_path: Path) -> None:
    token = new_operator_token(tmp_path)
    path = tmp_path / "operator-token"
    path.chmod(0o644)
    assert read_operator_token(tmp_path) == token
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_token_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "operator-token").touch()
    with pytest.raises(ValueError, match="operator-token is empty"):
        read_operator_token(tmp_path)


@pytest.mark.parametrize("content", [None, b""])
def test_a_command_says_in_one_line_that_it_has_no_token(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "operator-token").write_bytes(content)
    with pytest.raises(CommandFailed) as failure:
        Reach(tmp_path).token()
    assert len(failure.value.lines) == 1
    assert "operator" in failure.value.lines[0]


@pytest.mark.parametrize("shown", ["", "secre", "secret ", "Secret", "secretsecret", "sēcret", "\udcff"])
def test_only_the_whole_token_is_the_token(shown: str) -> None:
    assert not is_operator_token(shown, "secret")
    assert is_operator_token("secret", "secret")
