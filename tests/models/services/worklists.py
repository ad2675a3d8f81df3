"""The worklist as tests look at it: the first households, once the register has been looked through."""

from collections.abc import Iterable

from models.services.worklist import Worklist
from models.services.worklist_views import Order, Place, WorkFilter, WorkItem


def items(
    work: Worklist,
    *,
    kinds: Iterable[str] = (),
    mine: str | None = None,
    where: Place | str = "",
    order: Order = "need",
    limit: int = 50,
) -> list[WorkItem]:
    """The first households on today's list."""
    if not work.is_whole():
        work.look()
    wish = WorkFilter(frozenset(kinds), mine, Place(community=where) if isinstance(where, str) else where, order)  # type: ignore[arg-type]
    return list(work.page(wish, 0, limit).items)
