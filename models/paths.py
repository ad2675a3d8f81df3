"""Where things lie on this computer."""

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The worker's data folder; JINMEN_DATA names another one."""
    chosen = os.environ.get("JINMEN_DATA")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("jinmen", appauthor=False))
