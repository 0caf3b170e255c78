-- What nodes that share this database tell each other (platform/db/postgres/change_log.hpp). Times are the
-- database's own, UTC milliseconds.

-- Its one row is locked from a transaction's entry until its commit, so positions are committed in order
-- and without a gap.
CREATE TABLE change_position (
    only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CONSTRAINT change_position_single CHECK (only_row),
    last BIGINT NOT NULL
);
INSERT INTO change_position (last) VALUES (0);

CREATE TABLE changes (
    position BIGINT PRIMARY KEY,
    topics TEXT NOT NULL,
    committed_at BIGINT NOT NULL
);
CREATE INDEX changes_by_time ON changes (committed_at);

-- Nodes that may answer from their caches until lease_until, and have heard of all changes up to seen.
CREATE TABLE nodes (
    id TEXT PRIMARY KEY CONSTRAINT node_id CHECK (length(id) = 24),
    seen BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
