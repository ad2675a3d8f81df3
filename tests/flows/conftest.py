"""Stories through the real screens: the window of tests/desktop and a worker's hands."""

from tests.desktop.conftest import (  # noqa: F401  # fixtures are found by name
    _whole_catalogue,
    dressed,
    first_run,
    folder,
    locked,
    qapp_cls,
    shell,
    town,
    window,
)
