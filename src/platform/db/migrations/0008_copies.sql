-- Shops that were copied into this database (haat copy). Times are UTC milliseconds. While one is not
-- finished, the shop is not whole.
CREATE TABLE copies (
    source TEXT PRIMARY KEY NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
