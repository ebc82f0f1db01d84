"""Decides nothing: all SQL of the `review` schema stands in this folder.

The gate is in the database too: what these statements must not do, its triggers refuse.
"""

from review.store.acts import (
    fetch_approvals,
    fetch_notice,
    fetch_notices,
    fetch_opened,
    fetch_posted,
    fetch_remarks,
    fetch_reporters,
    insert_approval,
    insert_minutes,
    insert_notice,
    insert_opened,
    insert_remark,
    mark_moved,
    mark_posted_done,
    upsert_posted,
)
from review.store.contents import (
    fetch_cited,
    fetch_content,
    fetch_editors,
    fetch_published,
    insert_cited,
    insert_content,
)
from review.store.modules import (
    Connection,
    fetch_module,
    fetch_modules,
    insert_module,
    mark_back_in_review,
    mark_content,
    mark_due,
    mark_state,
    publish,
)

__all__ = [
    "Connection",
    "fetch_approvals",
    "fetch_cited",
    "fetch_content",
    "fetch_editors",
    "fetch_module",
    "fetch_modules",
    "fetch_notice",
    "fetch_notices",
    "fetch_opened",
    "fetch_posted",
    "fetch_published",
    "fetch_remarks",
    "fetch_reporters",
    "insert_approval",
    "insert_cited",
    "insert_content",
    "insert_minutes",
    "insert_module",
    "insert_notice",
    "insert_opened",
    "insert_remark",
    "mark_back_in_review",
    "mark_content",
    "mark_due",
    "mark_moved",
    "mark_posted_done",
    "mark_state",
    "publish",
    "upsert_posted",
]
