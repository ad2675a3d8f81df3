"""Python's own import in its place, where PySide6 puts one of its own.

PySide6's reads the source of each module that is imported after it, and keeps all the text (13 MB), to find out whether
the module asks for Qt's names in another spelling. None of ours does.
"""

import builtins


def import_plainly() -> None:
    """Put it back, once PySide6 is there; what is imported later is then read as its byte code alone."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
