"""Two jobs with the keyboard alone: they do what they say, with no more keys than was counted once.

Nothing is timed here: how fast this machine is, is not asked. The bench shows the seconds.
"""

import shutil

import pytest

from desktop import bench_desk
from desktop.bench_window import live_until, window
from models.casebook import Casebook
from tests.conftest import PASSPHRASE

VISIT_KEYS, VISIT_THOUGHTS = 40, 12
REGISTER_KEYS, REGISTER_THOUGHTS = 125, 16


def test_a_visit_and_a_registration_are_done_with_few_keys(dressed, town, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(town, folder)
    book = Casebook.open(folder, PASSPHRASE)
    before = set(book.residents.ids())
    book.close()

    done = {name: jobs for name, _seconds, jobs in bench_desk.work(folder, PASSPHRASE, 1)}
    (visit,), (registered,) = done[bench_desk.VISITING], done[bench_desk.REGISTERING]
    assert visit.keys <= VISIT_KEYS
    assert visit.thoughts <= VISIT_THOUGHTS
    assert registered.keys <= REGISTER_KEYS
    assert registered.thoughts <= REGISTER_THOUGHTS
    assert visit.seconds - visit.waited <= bench_desk.VISIT_S / 2, "there is room for a slow computer and a slow hand"
    assert registered.seconds - registered.waited <= bench_desk.REGISTER_S / 2

    book = Casebook.open(folder, PASSPHRASE)
    new = sorted(
        (book.residents.get(each) for each in set(book.residents.ids()) - before), key=lambda each: each.row.name
    )
    assert [each.row.name for each in new] == ["夏侯秋月", "欧阳海棠"]
    second, first = new
    assert first.row.sex == "2"
    assert str(first.row.birth_date) == "1952-03-08"
    assert len(first.documents) == len(second.documents) == 1
    assert len(first.phones) == 1
    (home,) = {book.households.of_resident(each.row.id)[0].id for each in new}  # of each the living household
    view = book.households.get(home)
    assert "鞍山道210号" in view.address
    assert [member.relation for member in view.members] == ["0", "1"]
    made = [
        visited
        for household in {each.id for one in book.residents.ids() for each in book.households.of_resident(one)}
        for visited in book.visits.of_household(household)
    ]
    assert len(made) == 1
    assert made[0].outcome == "met"
    assert [need.note for need in made[0].needs] == ["助餐"]
    assert (made[0].next_visit - made[0].happened_on).days == 30
    book.close()


def test_a_window_that_does_not_answer_is_told_of_and_leaves_the_casebook_for_the_next(
    dressed, town, tmp_path, monkeypatch
):
    folder = tmp_path / "data"
    shutil.copytree(town, folder)
    monkeypatch.setattr(bench_desk, "LIMIT_S", 0.0)
    with pytest.raises(bench_desk.DeskError, match="did not come; the cursor is in"):
        list(bench_desk.work(folder, PASSPHRASE, 1))
    Casebook.open(folder, PASSPHRASE).close()


def test_a_page_that_would_not_be_left_is_left_all_the_same(dressed, town, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(town, folder)
    with window(folder, PASSPHRASE) as shell:
        live_until(shell.tasks.idle)
        monkeypatch.setattr(shell.page, "leave", lambda: False)
    Casebook.open(folder, PASSPHRASE).close()
