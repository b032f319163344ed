"""The real parts behind `ligums up` and `simulate`, all from wheels: PostgreSQL, Temporal, a mail sandbox.

Knows nothing of contracts. Every part is an async context manager; enter and leave it in one task, on an
event loop whose thread outlives it (a child process dies with the thread that started it).
"""
