-- email_key is the address without regard to case: what must be unique.
CREATE TABLE users (
    id TEXT PRIMARY KEY CONSTRAINT user_id CHECK (length(id) = 24),
    name TEXT NOT NULL CONSTRAINT user_name CHECK (name <> ''),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    avatar TEXT NOT NULL DEFAULT '',
    mobile BIGINT,
    verify_email BIGINT NOT NULL DEFAULT 0 CONSTRAINT user_verify_email CHECK (verify_email IN (0, 1)),
    last_login_at BIGINT,
    status TEXT NOT NULL DEFAULT 'Active'
        CONSTRAINT user_status CHECK (status IN ('Active', 'Inactive', 'Suspended')),
    role TEXT NOT NULL DEFAULT 'USER' CONSTRAINT user_role CHECK (role IN ('USER', 'ADMIN')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A session is one login. Its refresh token is rotated: only the current generation is good, and the one
-- before for a moment. A session that was ended is deleted.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY CONSTRAINT session_id CHECK (length(id) = 24),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 1,
    rotated_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Codes in mails. Only their SHA-256 is kept; the address is the one that the code was sent to.
CREATE TABLE email_verifications (
    code_hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email_key TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX email_verifications_by_user ON email_verifications (user_id);
CREATE INDEX email_verifications_by_expiry ON email_verifications (expires_at);

-- At most one password reset is under way for a user: first an OTP, then, in its place, a reset token.
CREATE TABLE password_resets (
    user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    otp_hash TEXT,
    otp_tries BIGINT NOT NULL DEFAULT 0,
    token_hash TEXT,
    expires_at BIGINT NOT NULL,
    CONSTRAINT reset_stage CHECK ((otp_hash IS NULL) <> (token_hash IS NULL))
);

-- Requests for an OTP, for addresses that nobody has as well: a request must cost and limit the same.
CREATE TABLE otp_requests (
    id TEXT PRIMARY KEY,
    email_key TEXT NOT NULL,
    requested_at BIGINT NOT NULL
);
CREATE INDEX otp_requests_by_email ON otp_requests (email_key, requested_at);
CREATE INDEX otp_requests_by_time ON otp_requests (requested_at);
