"""What the computer tells of the disk that a folder lies on: whether it is encrypted.

Linux says in /sys which block devices a file system rests on; those of LUKS carry the mark CRYPT. Windows tells only
administrators whether BitLocker is on, and macOS needs a program for it: there nothing is claimed.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

_DEPTH = 8  # a volume on a volume on a disk; more is a loop


def encrypted(folder: Path, system: Path = Path("/sys")) -> bool | None:
    """Whether what is written there is encrypted by the system; None where that cannot be told from here.

    system: where the kernel tells of its devices. An encrypted home folder (fscrypt, eCryptfs) is not seen.
    """
    if not sys.platform.startswith("linux"):
        return None
    with suppress(OSError):
        device = folder.stat().st_dev
        place = system / "dev" / "block" / f"{os.major(device)}:{os.minor(device)}"
        if os.major(device) == 0 or not place.exists():  # no disk: a share, memory, a folder of another system
            return None
        return _is_crypt(place.resolve(), _DEPTH)
    return None


def _is_crypt(device: Path, depth: int) -> bool:
    with suppress(OSError):
        if (device / "dm" / "uuid").read_text("ascii").startswith("CRYPT-"):
            return True
    below = device / "slaves"
    if depth and below.is_dir():
        slaves = [one.resolve() for one in below.iterdir()]
        return bool(slaves) and all(_is_crypt(one, depth - 1) for one in slaves)
    return False
