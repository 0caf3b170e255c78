-- Delivery addresses. Times are UTC milliseconds.
CREATE TABLE addresses (
    id TEXT PRIMARY KEY NOT NULL CONSTRAINT address_id CHECK (length(id) = 24),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    address_line TEXT NOT NULL,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    pincode TEXT NOT NULL CONSTRAINT pincode_length CHECK (length(pincode) = 6),
    country TEXT NOT NULL,
    mobile BIGINT NOT NULL CONSTRAINT mobile_in_range CHECK (mobile BETWEEN 1000000000 AND 9999999999),
    is_default BIGINT NOT NULL CONSTRAINT address_is_default CHECK (is_default IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX addresses_newest ON addresses (user_id, created_at DESC, id DESC);
-- A user has one default at most.
CREATE UNIQUE INDEX addresses_default ON addresses (user_id) WHERE is_default = 1;
