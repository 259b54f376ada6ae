"""A process that ends with its parent, however that one ends."""

import ctypes
import multiprocessing
import os
import signal
import sys

# From <linux/prctl.h>: the signal that the kernel sends us once our parent is gone.
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the kernel kill this process when the one that started it has gone.

    A parent that is killed cannot take its children along, and one left behind would
    hold what the next start needs, such as the port. What it had begun is rolled back,
    and takes effect once when it is asked again. Only Linux can be asked for this;
    elsewhere, and in a process nobody started as a child, nothing happens.
    """
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if not parent.is_alive():  # It went before the kernel was asked.
        os.kill(os.getpid(), signal.SIGKILL)
