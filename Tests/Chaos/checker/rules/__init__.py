"""What each context has to do with a record or a timer, from README.md and topics/ alone."""

from ..topics import CONTEXTS
from .dr import DR
from .feed import Feed
from .kepco import Kepco
from .notify import Notify
from .response import Response
from .user import User

_all = (DR, User, Response, Kepco, Feed, Notify)
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
    # Of a partition, on their way at a time, and how long each is waited for.
    feed_window = 32
    feed_call_limit_ms = 120_000
    feed_past_days = 45
    feed_patience_days = 10
    feed_first_retry_ms = 30_000
    feed_retry_ms = 3 * 3_600_000
    feed_from_ms = 3_600_000
    feed_spread_ms = 6 * 3_600_000
    feed_again_ms = 13 * 3_600_000
    feed_attempts = 16
    # The channels that there are, how many notices of one go out at a time, and for how long each is waited for.
    notify_channels = ("alimtalk", "mail", "push", "sms")
    notify_window = 1000
    notify_step_limit = 1000
    notify_call_limit_ms = 120_000
    notify_fallback_ms = 900_000
    notify_attempts = 20
    notify_first_retry_ms = 2000
    notify_retry_ms = 120_000
    notify_patience_ms = 3 * 86_400_000
    notify_kept_ms = 86_400_000
    notify_customer_limit = 100
    notify_utc_offset_ms = 9 * 3_600_000


def all_rules(settings):
    return [rules(settings) for rules in _all]
