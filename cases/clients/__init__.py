"""Two records of one client: put together, and taken apart again (domain.md §4.4)."""

from .merging import Merged, Refused, merge
from .outlook import Outlook, outlook
from .splitting import Parted, merges, split

__all__ = ["Merged", "Outlook", "Parted", "Refused", "merge", "merges", "outlook", "split"]
