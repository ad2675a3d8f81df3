"""What a restored backup took out of the record is told from what was changed, here and by the program beside it."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.clock import FixedClock
from tests.conftest import ON_A_SERVER, PASSPHRASE
from tests.models.casebooks import small_household

pytestmark = pytest.mark.skipif(ON_A_SERVER, reason="a server is backed up where it is")


def checked_without_us(files: Mapping[str, bytes], folder: Path) -> tuple[int, str]:
    """How the program beside an exported record ends, and the backup that it names."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    run = [sys.executable, "check_audit.py", "rows.jsonl", "places.json"]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout.strip().rpartition(" ")[2]


def test_what_a_restore_took_out_of_the_record_is_called_neither_sound_nor_forged(
    casebook: Casebook, casebook_folder: Path, clock: FixedClock, tmp_path: Path
) -> None:
    made = casebook.safekeeping.now().path
    clock.move(minutes=5)
    casebook.households.register(small_household("赵海生"))
    casebook.close()
    clock.move(minutes=5)
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    again = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    checked = again.audit.check(PASSPHRASE)
    (taken,) = checked.taken_back
    assert (checked.standing, checked.sound) == ("taken back", False)
    assert not any(chain.findings for chain in checked.chains)
    assert taken.rows >= 2
    assert taken.kept is not None
    assert "restore" in {each.reason for each in Casebook.backups(casebook_folder) if each.path.name == taken.kept.name}
    exported = again.audit.export().files
    assert checked_without_us(exported, tmp_path) == (2, taken.backup)
    heads, *cut = exported["rows.jsonl"].decode().splitlines()
    assert checked_without_us({**exported, "rows.jsonl": "\n".join([heads, *cut[:-1]]).encode()}, tmp_path)[0] == 1
    unsaid = exported["rows.jsonl"].replace(b'"restore"', b'"backup"')
    assert checked_without_us({**exported, "rows.jsonl": unsaid}, tmp_path)[0] == 1
    clock.move(minutes=5)
    again.back_up()  # of the chain after, which the next restore takes out as a whole
    again.close()
    Casebook.restore(casebook_folder, made, PASSPHRASE, clock=clock)
    third = Casebook.open(casebook_folder, PASSPHRASE, clock=clock)
    checked = third.audit.check(PASSPHRASE)
    assert (checked.standing, checked.lost, len(checked.taken_back)) == ("taken back", (), 1)
    exported = third.audit.export().files["rows.jsonl"]
    assert third.audit.verify_file(exported).standing == "taken back"
    third.close()
