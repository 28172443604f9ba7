"""The last step before a service: become its user, die with its parent, then turn into the command.

Run by path as `python -I -S launch.py PARENT USER COMMAND…`, with the standard library alone, so that it costs
a few milliseconds and works wherever the interpreter does. USER is `-` to keep the user. It exits with 127
when the command cannot be run and with 126 when the parent is already gone.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _become(user: str) -> None:
    import pwd

    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = "/"
    os.environ["USER"] = os.environ["LOGNAME"] = user


def main() -> None:
    """Replace this process by the command of `sys.argv`; returns only when that failed."""
    parent, user, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if user != "-":
        _become(user)
    if sys.platform == "linux":
        # After the change of user, which clears the setting. SIGINT: PostgreSQL's fast shutdown, and a plain
        # interrupt to everything else.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit(126)
    # A parent that runs in the background of a shell ignores SIGINT, and ignoring is inherited.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as problem:
        sys.stderr.write(f"cannot run {command[0]}: {problem.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main()
