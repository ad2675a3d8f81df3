"""How this worker likes the window: theme, size, language, geometry. Holds no personal data, so it needs no key."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

THEMES = ("light", "dark", "sun")
SCALES = (100, 115, 130, 150, 175, 200)
LANGUAGES = ("zh_CN", "en")


class State:
    """The small file window.ini in the data folder. Unreadable or foreign values count as absent."""

    def __init__(self, folder: Path) -> None:
        self._file = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)

    def _text(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = str(self._file.value(key, default))
        return value if value in allowed else default

    def _number(self, key: str, low: int, high: int, default: int) -> int:
        try:
            value = int(str(self._file.value(key, default)))
        except ValueError:
            return default
        return min(max(value, low), high)

    @property
    def theme(self) -> str:
        """light, dark or sun."""
        return self._text("theme", THEMES, "light")

    @theme.setter
    def theme(self, name: str) -> None:
        self._file.setValue("theme", name)

    @property
    def language(self) -> str:
        """zh_CN (the default) or en."""
        return self._text("language", LANGUAGES, "zh_CN")

    @language.setter
    def language(self, code: str) -> None:
        self._file.setValue("language", code)

    @property
    def scale(self) -> int:
        """Size of all letters and controls, 100 to 200 per cent."""
        return self._number("scale", 100, 200, 100)

    @scale.setter
    def scale(self, percent: int) -> None:
        self._file.setValue("scale", percent)

    @property
    def touch(self) -> bool:
        """Big targets for fingers."""
        return self._text("touch", ("true", "false"), "false") == "true"

    @touch.setter
    def touch(self, on: bool) -> None:
        self._file.setValue("touch", "true" if on else "false")

    @property
    def account(self) -> str:
        """Id of the account that signed in last; it names nobody."""
        return str(self._file.value("account", ""))

    @account.setter
    def account(self, identity: str) -> None:
        self._file.setValue("account", identity)

    @property
    def idle_minutes(self) -> int:
        """Minutes without a key or a click after which the window locks; 0 never does."""
        return self._number("idle_minutes", 0, 240, 10)

    @idle_minutes.setter
    def idle_minutes(self, minutes: int) -> None:
        self._file.setValue("idle_minutes", minutes)

    @property
    def keep_from_capture(self) -> bool:
        """Leave the windows out of screenshots and shared screens, where the system can (desktop.private_process)."""
        return self._text("keep_from_capture", ("true", "false"), "true") == "true"

    @keep_from_capture.setter
    def keep_from_capture(self, on: bool) -> None:
        self._file.setValue("keep_from_capture", "true" if on else "false")

    def kept(self, page: str) -> dict[str, str]:
        """What a page remembers of how it was last looked at: filters and orders, as codes; {} where nothing fits."""
        try:
            found = json.loads(str(self._file.value(f"page/{page}", "{}")))
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def keep(self, page: str, values: Mapping[str, str]) -> None:
        """Remember how a page is looked at. Never anything about people: this file needs no key."""
        self._file.setValue(f"page/{page}", json.dumps(dict(values)))

    def keep_geometry(self, geometry: QByteArray) -> None:
        """Remember where the window was."""
        self._file.setValue("geometry", geometry)

    def restore_geometry(self, restore: Callable[[QByteArray], object]) -> None:
        """Hand the remembered geometry to the window's restoreGeometry, if there is one."""
        geometry = self._file.value("geometry")
        if isinstance(geometry, QByteArray):
            restore(geometry)

    def save(self) -> None:
        """Write the file now."""
        self._file.sync()
