"""Stands between us and a child for a moment: ties the child's life to ours, then becomes the child.

Arguments: death signal, parent's process id, user id, group id (-1: stay who we are), then the command.
A script and not a `preexec_fn`, as Python code between fork and exec can deadlock beside other threads.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(user: int, group: int) -> None:
    """Give up root for good; refused by the kernel unless we are root."""
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def die_with(parent: int, death_signal: int) -> None:
    """Ask the kernel for `death_signal` when the parent ends. Linux only; elsewhere the pid file has to do.

    Called after the change of user, which clears the request.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    if os.getppid() != parent:  # It died before the request was in place.
        sys.exit("the program that started this one has ended")


def main(arguments: list[str]) -> None:
    death_signal, parent, user, group = map(int, arguments[:4])
    command = arguments[4:]
    if user != -1:
        become(user, group)
    die_with(parent, death_signal)
    os.umask(0o077)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
