"""The database: editions and who decided about them, releases, the audit trail, conversations,
staff, and counts that name nobody.

Times are seconds since 1970. A condition that is not set is the empty text, so that uniqueness
holds. Rules that no view may forget stand in the migrations as triggers.
"""

from bot.content.models.base import Base
from bot.content.models.conversations import (
    ButtonRow,
    DeadLetterRow,
    InboxRow,
    OutboxRow,
    SeenRow,
    SessionRow,
)
from bot.content.models.counts import ProposalRow, TallyRow, UnclearRow
from bot.content.models.editorial import (
    CommentRow,
    Decision,
    EditionRow,
    Event,
    RecheckRow,
    ReleaseEdition,
    ReleaseRow,
    RevisionRow,
    Script,
    WithdrawalRow,
)
from bot.content.models.helpers import CallBackRow, HiddenLinkRow, LinkCheckRow
from bot.content.models.staff import (
    ChallengeRow,
    KnownDeviceRow,
    PasskeyRow,
    RecoveryCodeRow,
    StaffRoleRow,
    StaffRow,
    StaffSessionRow,
)

__all__ = [
    "Base", "ButtonRow", "CallBackRow", "ChallengeRow", "CommentRow", "DeadLetterRow", "Decision",
    "EditionRow", "Event", "HiddenLinkRow", "InboxRow", "KnownDeviceRow", "LinkCheckRow",
    "OutboxRow", "PasskeyRow", "ProposalRow", "RecheckRow", "RecoveryCodeRow", "ReleaseEdition",
    "ReleaseRow", "RevisionRow", "Script", "SeenRow", "SessionRow", "StaffRoleRow", "StaffRow",
    "StaffSessionRow", "TallyRow", "UnclearRow", "WithdrawalRow",
]  # fmt: skip
