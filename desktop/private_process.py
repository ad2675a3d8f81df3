"""This process holds keys and names: it leaves no image of its memory behind when it dies, and asks the system not to
let its windows be photographed.

What this cannot do: keep the memory out of swap and hibernation (encrypt the disk), or stop whoever administers the
computer while the casebook is open.
"""

import ctypes
import sys

SET_DUMPABLE, GET_DUMPABLE = 4, 3  # of Linux' prctl

EXCLUDE_FROM_CAPTURE, CAPTURE_AS_USUAL = 0x11, 0x0  # WDA_EXCLUDEFROMCAPTURE (Windows 10 2004 and later), WDA_NONE


def leave_no_dumps() -> None:
    """No core file, no report with memory in it, and on Linux no other program of the same user may read the memory.

    Nothing is said where the system refuses: the program works as well without.
    """
    if sys.platform == "win32":
        # SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX: no report of Windows with a dump.
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002 | 0x8000)
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(SET_DUMPABLE, 0, 0, 0, 0)


def capture_can_be_kept_away() -> bool:
    """Whether this system can leave a window out of screenshots at all. Linux cannot: neither X11 nor Wayland."""
    return sys.platform in ("win32", "darwin")


def keep_from_capture(handle: int, *, away: bool) -> None:
    """Leave a window (its native handle) out of screenshots and shared screens, or no longer; nothing on Linux.

    A hint: a photograph of the screen, a program with an administrator's rights, and recent versions of macOS pass by.
    """
    if sys.platform == "win32":
        ctypes.windll.user32.SetWindowDisplayAffinity(handle, EXCLUDE_FROM_CAPTURE if away else CAPTURE_AS_USUAL)
    elif sys.platform == "darwin":
        objc = ctypes.CDLL("/usr/lib/libobjc.dylib")
        objc.sel_registerName.restype = ctypes.c_void_p
        send = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(("objc_msgSend", objc))
        window = send(handle, objc.sel_registerName(b"window"))
        if window:
            change = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long)(("objc_msgSend", objc))
            change(window, objc.sel_registerName(b"setSharingType:"), 0 if away else 1)  # NSWindowSharingNone, ReadOnly
