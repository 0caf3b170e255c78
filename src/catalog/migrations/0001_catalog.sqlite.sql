-- Times are UTC milliseconds, money is minor units, discounts are hundredths of a percent.
-- name_key is the name without regard to case: what must be unique.
CREATE TABLE categories (
    id TEXT PRIMARY KEY CONSTRAINT category_id CHECK (length(id) = 24),
    name TEXT NOT NULL CONSTRAINT category_name CHECK (name <> ''),
    name_key TEXT NOT NULL UNIQUE,
    image TEXT NOT NULL CONSTRAINT category_image CHECK (image <> ''),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sub_categories (
    id TEXT PRIMARY KEY CONSTRAINT sub_category_id CHECK (length(id) = 24),
    name TEXT NOT NULL CONSTRAINT sub_category_name CHECK (name <> ''),
    name_key TEXT NOT NULL UNIQUE,
    image TEXT NOT NULL CONSTRAINT sub_category_image CHECK (image <> ''),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- A sub category may name a category twice, in an order that clients see.
CREATE TABLE sub_category_categories (
    sub_category_id TEXT NOT NULL REFERENCES sub_categories (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    category_id TEXT NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    PRIMARY KEY (sub_category_id, position)
) WITHOUT ROWID;
CREATE INDEX sub_category_categories_by_category ON sub_category_categories (category_id);

-- seq is what the search index refers to.
CREATE TABLE products (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE CONSTRAINT product_id CHECK (length(id) = 24),
    name TEXT NOT NULL CONSTRAINT product_name CHECK (name <> ''),
    image TEXT NOT NULL,
    unit TEXT NOT NULL,
    stock BIGINT NOT NULL CONSTRAINT stock_not_negative CHECK (stock >= 0),
    price BIGINT NOT NULL CONSTRAINT price_in_range CHECK (price BETWEEN 0 AND 1000000000000),
    discount BIGINT NOT NULL CONSTRAINT discount_in_range CHECK (discount BETWEEN 0 AND 10000),
    description TEXT NOT NULL,
    more_details TEXT NOT NULL,
    publish BIGINT NOT NULL CONSTRAINT product_publish CHECK (publish IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX products_newest ON products (publish, created_at DESC, id DESC);

CREATE TABLE product_categories (
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    category_id TEXT NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
    PRIMARY KEY (product_id, position)
) WITHOUT ROWID;
CREATE INDEX product_categories_by_category ON product_categories (category_id);

CREATE TABLE product_sub_categories (
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    sub_category_id TEXT NOT NULL REFERENCES sub_categories (id) ON DELETE CASCADE,
    PRIMARY KEY (product_id, position)
) WITHOUT ROWID;
CREATE INDEX product_sub_categories_by_sub_category ON product_sub_categories (sub_category_id);

-- The search index: always what the table says, since triggers write both in one transaction.
CREATE VIRTUAL TABLE product_search USING fts5 (
    name, description, content = 'products', content_rowid = 'seq', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN
    INSERT INTO product_search (rowid, name, description) VALUES (new.seq, new.name, new.description);
END;
CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN
    INSERT INTO product_search (product_search, rowid, name, description)
    VALUES ('delete', old.seq, old.name, old.description);
END;
CREATE TRIGGER products_search_update AFTER UPDATE OF name, description ON products BEGIN
    INSERT INTO product_search (product_search, rowid, name, description)
    VALUES ('delete', old.seq, old.name, old.description);
    INSERT INTO product_search (rowid, name, description) VALUES (new.seq, new.name, new.description);
END;
