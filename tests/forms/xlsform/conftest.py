"""Questionnaires speak Chinese in the tests unless one says otherwise."""

from collections.abc import Iterator

import pytest

from models import texts


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    before = texts.language()
    texts.set_language("zh_CN")
    yield
    texts.set_language(before)
