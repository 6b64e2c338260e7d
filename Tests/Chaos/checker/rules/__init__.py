"""What each context has to do with a record or a timer, from README.md and topics/ alone."""

from ..topics import CONTEXTS
from .dr import DR
from .kepco import Kepco
from .response import Response
from .user import User

_all = (DR, User, Response, Kepco)
TABLES = {rules.context: rules.tables for rules in _all}
if lacking := set(CONTEXTS) ^ set(TABLES):
    raise ImportError(f"rules and topics/ disagree on {', '.join(sorted(lacking))}")


class Settings:
    """As the daemons have them."""

    step_rows = 200
    answer_patience_ms = 60_000
    days_kept = 90
    readings_deadline_ms = 2 * 3_600_000
    milli_points_per_wh = 1000
    reference_days = 10
    corrections_days = 30
    corrections_delay_ms = 2000
    sums_period_ms = 10_000
    points_period_ms = 3_600_000
    utc_offset_ms = 9 * 3_600_000
    retention_days = 400
    # 0: never.
    points_expire_days = 0


def all_rules(settings):
    return [rules(settings) for rules in _all]
