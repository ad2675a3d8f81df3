"""Bringing a store to this program's file format: Alembic steps, each in one transaction, after a backup.

An up-to-date store costs one SELECT; Alembic is imported only when there is something to do.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exc, inspect

from models.errors import DamagedStore, NewerStore
from models.store.engine import Engines, problem_of, sorted_trouble

STEPS = Path(__file__).parent / "migrations"
VERSION_QUERY = "SELECT version_num FROM alembic_version"
_MIGRATORS_LOCK = 0x4A696E6D656F  # any number that all desks share and no other purpose uses
_MIGRATORS_WAIT = 600  # seconds: far longer than for a save, since the steps of a large office take their time


@cache
def newest(steps: Path = STEPS) -> str:
    """The file format that this program writes, for example "0001"."""
    return max(path.name[1:5] for path in steps.glob("v[0-9][0-9][0-9][0-9]_*.py"))


def version(engines: Engines) -> str:
    """The file format of a store; "" where it has no tables yet.

    Raises DamagedStore where tables of somebody else are in it.
    """
    with sorted_trouble():
        try:
            with engines.reader.connect() as connection:
                return str(connection.exec_driver_sql(VERSION_QUERY).scalar() or "")
        except (exc.OperationalError, exc.ProgrammingError) as trouble:
            if problem_of(trouble) is not None:
                raise
        with engines.reader.connect() as connection:
            if inspect(connection).get_table_names():
                raise DamagedStore()
        return ""


def upgrade(engines: Engines, before: Callable[[], object] | None = None, *, steps: Path = STEPS) -> list[str]:
    """Run the steps that a store still lacks and say which; `before` (the backup) runs first where records exist.

    Raises NewerStore(file_version, program_version) without touching the store where a newer program wrote it,
    DamagedStore, DiskFull, StoreBusy (another desk was at it for ten minutes). A step that fails leaves the store as
    the step before left it.
    """
    found, wanted = version(engines), newest(steps)
    if found == wanted:
        return []
    if found > wanted:
        raise NewerStore(file_version=found, program_version=wanted)
    if found and before is not None:
        before()
    with sorted_trouble():
        if engines.dialect == "sqlite":
            return _run_on_sqlite(engines, steps)
        with engines.reader.connect() as holder:  # two desks that were updated at the same time take turns
            holder.exec_driver_sql(f"SET LOCAL lock_timeout = '{_MIGRATORS_WAIT}s'")
            holder.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATORS_LOCK})")
            try:
                with engines.writer.connect() as connection:
                    return _run(connection, steps)
            finally:
                holder.exec_driver_sql(f"SELECT pg_advisory_unlock({_MIGRATORS_LOCK})")


def _run_on_sqlite(engines: Engines, steps: Path) -> list[str]:
    """Changing a table means making it anew, which references to it would forbid; they are checked after each step."""
    with engines.writer.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute("PRAGMA foreign_keys = OFF")  # without effect inside a transaction, so before it
        try:
            return _run(connection, steps)
        finally:
            connection.rollback()
            raw.cursor().execute("PRAGMA foreign_keys = ON")


def _run(connection: Connection, steps: Path) -> list[str]:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    done: list[str] = []

    def check(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:  # called by these names
        if ctx.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError(f"step {step.up_revision_id} leaves a reference to nothing")
        done.append(str(step.up_revision_id))

    scripts = ScriptDirectory(str(steps), version_locations=[str(steps)])
    with EnvironmentContext(
        Config(),
        scripts,
        fn=lambda at, _context: scripts._upgrade_revs("heads", at),  # as alembic.command.upgrade does
    ) as environment:
        environment.configure(
            connection=connection,
            transaction_per_migration=True,
            transactional_ddl=True,
            on_version_apply=check,
        )
        with environment.begin_transaction():
            environment.run_migrations()
    return done
