"""Lives drawn from a seed, and what is held of every one of them; `tests/workflows/test_lives_of_*.py` say what."""
