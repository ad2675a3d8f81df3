"""What needs doing today, and nothing else."""

from desktop.pages.base import Page
from models.texts import _


class TodayPage(Page):
    """Due visits, unfinished drafts, what waits for sync, papers that run out."""

    def title(self) -> str:
        """The page's name."""
        return _("Today")
