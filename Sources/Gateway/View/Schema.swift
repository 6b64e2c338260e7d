/// The read model's tables. Times are ms since 1970, answers as `Answer.code` has them.
enum Schema {
    static let tables = """
        CREATE TABLE orders(
            id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, is_ended INTEGER NOT NULL, starts_at INTEGER NOT NULL,
            ends_at INTEGER, cancelled_at INTEGER, reason TEXT, resources TEXT, is_unassigned INTEGER NOT NULL,
            quantity INTEGER, is_test INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE resources(
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, region TEXT, method TEXT, capacity INTEGER NOT NULL, price INTEGER,
            from_day TEXT, version INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE figures(
            order_id TEXT, resource TEXT, version INTEGER, stated_at INTEGER NOT NULL, kpx_kwh INTEGER, kpx_won INTEGER,
            own_kwh INTEGER, own_won INTEGER, objection TEXT, PRIMARY KEY(order_id, resource, version)) WITHOUT ROWID;
        CREATE TABLE won(
            order_id TEXT PRIMARY KEY, own_won INTEGER, kpx_won INTEGER, own_parts INTEGER NOT NULL,
            own_parts_won INTEGER NOT NULL, kpx_parts INTEGER NOT NULL, kpx_parts_won INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE tallies(
            order_id TEXT PRIMARY KEY, asked INTEGER NOT NULL, accepted INTEGER NOT NULL, denied INTEGER NOT NULL,
            asked_capacity INTEGER NOT NULL, accepted_capacity INTEGER NOT NULL, denied_capacity INTEGER NOT NULL,
            checked INTEGER NOT NULL, real INTEGER NOT NULL, baseline_wh INTEGER NOT NULL, used_wh INTEGER NOT NULL,
            reduced_wh INTEGER NOT NULL, points INTEGER NOT NULL, quarters TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE users(
            id TEXT PRIMARY KEY, name TEXT NOT NULL, capacity INTEGER NOT NULL, point INTEGER NOT NULL,
            left_at INTEGER, resource TEXT) WITHOUT ROWID;
        CREATE TABLE ledger(
            user_id TEXT, sequence INTEGER, change INTEGER NOT NULL, point INTEGER NOT NULL, reason TEXT NOT NULL,
            order_id TEXT, withdrawal_id TEXT, at INTEGER NOT NULL, version INTEGER, adjustment_id TEXT,
            status TEXT, answered_at INTEGER, note TEXT,
            PRIMARY KEY(user_id, sequence)) WITHOUT ROWID;
        CREATE TABLE responses(
            order_id TEXT, user_id TEXT, name TEXT NOT NULL, capacity INTEGER NOT NULL, answer INTEGER NOT NULL,
            answered_at INTEGER, starts_at INTEGER NOT NULL, ends_at INTEGER, is_saved INTEGER NOT NULL,
            is_cancelled INTEGER NOT NULL, resource TEXT,
            PRIMARY KEY(order_id, user_id)) WITHOUT ROWID;
        CREATE TABLE checks(
            order_id TEXT, user_id TEXT, at INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY(order_id, user_id)) WITHOUT ROWID;
        CREATE TABLE reductions(
            order_id TEXT, resource TEXT, version INTEGER NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY(order_id, resource)) WITHOUT ROWID;
        CREATE TABLE loads(
            order_id TEXT PRIMARY KEY, resources INTEGER NOT NULL, unordered INTEGER NOT NULL, waiting INTEGER NOT NULL,
            reduced_wh INTEGER NOT NULL, quantity INTEGER NOT NULL, so_far_reduced_milli_wh INTEGER NOT NULL,
            so_far_ordered_milli_wh INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE letters(
            context TEXT, partition INTEGER, offset INTEGER, at INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
            source TEXT NOT NULL, type TEXT, key TEXT, value TEXT NOT NULL, actor text, command TEXT,
            PRIMARY KEY(context, partition, offset)) WITHOUT ROWID;
        CREATE INDEX letters_by_time ON letters(at);
        CREATE TABLE outcomes(
            command TEXT PRIMARY KEY, actor text, is_done INTEGER NOT NULL, at INTEGER NOT NULL, position TEXT NOT NULL, body TEXT,
            subject TEXT NOT NULL, kind TEXT, reason TEXT, value TEXT) WITHOUT ROWID;
        CREATE INDEX outcomes_by_time ON outcomes(at);
        CREATE TABLE audit(
            at INTEGER, position TEXT, actor text NOT NULL, command TEXT, type TEXT NOT NULL, key TEXT NOT NULL,
            outcome TEXT NOT NULL, reason TEXT, words TEXT NOT NULL, PRIMARY KEY(at, position)) WITHOUT ROWID;
        CREATE TABLE feed(
            sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL);
        CREATE TABLE totals(name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// Of the tables that are large. What is pruned by time has its index from the beginning.
    static let indices = """
        CREATE INDEX IF NOT EXISTS users_by_name ON users(name, id);
        CREATE INDEX IF NOT EXISTS users_by_capacity ON users(capacity, id);
        CREATE INDEX IF NOT EXISTS users_by_point ON users(point, id);
        CREATE INDEX IF NOT EXISTS withdrawals_by_time ON ledger(at, user_id, sequence) WHERE status IS NOT NULL;
        CREATE INDEX IF NOT EXISTS withdrawals_by_status ON ledger(status, at, user_id, sequence) WHERE status IS NOT NULL;
        CREATE INDEX IF NOT EXISTS withdrawals_by_user ON ledger(user_id, withdrawal_id) WHERE status IS NOT NULL;
        CREATE INDEX IF NOT EXISTS responses_by_user ON responses(user_id, order_id);
        CREATE INDEX IF NOT EXISTS responses_by_answer ON responses(order_id, answer, capacity, user_id);
        CREATE INDEX IF NOT EXISTS checks_by_user ON checks(user_id, order_id);
        CREATE INDEX IF NOT EXISTS checks_by_order ON checks(order_id, user_id);
        CREATE INDEX IF NOT EXISTS letters_by_context ON letters(context, at);
        CREATE INDEX IF NOT EXISTS letters_by_kind ON letters(kind, at);
        CREATE INDEX IF NOT EXISTS letters_by_both ON letters(context, kind, at);
        CREATE INDEX IF NOT EXISTS audit_by_time ON audit(at);
        """
}
