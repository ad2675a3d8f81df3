"""Every page, at the desk and for fingers, on a small window with large letters, and on an ordinary one: nothing cut.

The whole round (`run looks`) has more sizes, and English; this is the part of it that every change must pass. On the
ordinary window, where there is more room, one half of the scenes is looked at as at the desk, the other as for fingers.
"""

import shutil

import pytest

from desktop.hands import HandsError
from desktop.looks_command import DRESSES, FIRST_RUN_STEPS, look_at, look_at_gate
from desktop.looks_scenes import SCENES, Scene
from desktop.looks_trust import GATES
from desktop.sample_worked import work_a_little
from models.casebook import Casebook
from models.clock import FixedClock
from tests.conftest import NOW, PASSPHRASE

SMALL = [dress for dress in DRESSES if str(dress).startswith("zh") and str(dress).endswith("1024x600-200")]
USUAL = [dress for dress in DRESSES if str(dress).startswith("zh") and str(dress).endswith("1280x800-100")]


@pytest.fixture(scope="module")
def worked(town, tmp_path_factory):
    """The casebook of the town with a little of everything done, made once; and what pages are opened with."""
    folder = tmp_path_factory.mktemp("worked") / "casebook"
    shutil.copytree(town, folder)
    book = Casebook.open(folder, PASSPHRASE, clock=FixedClock(NOW))
    wheres = work_a_little(book, NOW.date())
    book.close()
    return folder, wheres


def keep_nothing(_dress, _scene, _window):
    """No pictures."""


def told(found):
    return [f"{each.dress} {each.scene}: {each.cut}" for each in found]


LOOKED_AT = [(dress, SCENES) for dress in SMALL] + [(dress, SCENES[half::2]) for half, dress in enumerate(USUAL)]


@pytest.mark.parametrize(("dress", "scenes"), LOOKED_AT, ids=map(str, [*SMALL, *USUAL]))
def test_nothing_is_cut_on_any_page(window, folder, worked, clock, dress, scenes):
    made, wheres = worked
    shutil.copytree(made, folder, dirs_exist_ok=True)
    shell = window(folder)
    shell.unlock(Casebook.open(folder, PASSPHRASE, clock=clock))
    found = told(look_at(shell, [dress], wheres, keep_nothing, scenes))
    assert not found, "\n".join(found)


def test_no_scene_is_looked_at_twice():
    names = [scene.name for scene in SCENES]
    assert sorted(names) == sorted(set(names))


def test_a_scene_whose_dialog_does_not_open_is_told(shell):
    scene = Scene("asks-nothing", "today", lambda _shell: None, asks=True)
    with pytest.raises(HandsError, match="asks-nothing"):
        list(look_at(shell, USUAL[:1], {}, keep_nothing, [scene]))


def test_nothing_is_cut_before_the_records_are_open(locked, window, tmp_path):
    (tmp_path / "fresh").mkdir()
    dresses = [*SMALL, *USUAL]
    found = told(look_at_gate(locked, dresses, (), "sign_in", keep_nothing))
    for name, show in GATES.items():
        found += told(look_at_gate(locked, dresses, (), name, keep_nothing, show))
    found += told(look_at_gate(window(tmp_path / "fresh"), dresses, FIRST_RUN_STEPS, "first_run", keep_nothing))
    assert not found, "\n".join(found)
