-- What has to happen after a change (platform/jobs/outbox.hpp). Times are UTC milliseconds.
CREATE TABLE outbox_events (
    id TEXT PRIMARY KEY NOT NULL CONSTRAINT outbox_id CHECK (length(id) = 24),
    kind TEXT NOT NULL CONSTRAINT outbox_kind CHECK (length(kind) BETWEEN 1 AND 64),
    payload TEXT NOT NULL CONSTRAINT outbox_payload CHECK (length(payload) <= 16384),
    state BIGINT NOT NULL DEFAULT 0 CONSTRAINT outbox_state CHECK (state IN (0, 1, 2)),
    attempts BIGINT NOT NULL DEFAULT 0 CONSTRAINT outbox_attempts CHECK (attempts >= 0),
    next_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    last_error TEXT CONSTRAINT outbox_last_error CHECK (length(last_error) <= 256),
    CONSTRAINT outbox_settled CHECK ((state = 0) = (settled_at IS NULL)),
    -- Payloads hold codes: what is settled keeps none.
    CONSTRAINT outbox_wiped CHECK (state = 0 OR payload = '')
);
CREATE INDEX outbox_events_due ON outbox_events (next_at, id) WHERE state = 0;
CREATE INDEX outbox_events_settled ON outbox_events (settled_at) WHERE state <> 0;
