-- Ids that lists are ordered by compare by their bytes, as on SQLite, whatever the database's locale (Danish puts
-- "aa" behind "z").
ALTER TABLE sessions ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE cart_items ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE addresses ALTER COLUMN id TYPE TEXT COLLATE "C";
ALTER TABLE outbox_events ALTER COLUMN id TYPE TEXT COLLATE "C";
