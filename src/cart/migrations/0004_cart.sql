-- A cart is its lines. There is no foreign key to products: a deleted one stays listed until its owner
-- removes it. Times are UTC milliseconds.
CREATE TABLE cart_items (
    id TEXT PRIMARY KEY NOT NULL CONSTRAINT cart_item_id CHECK (length(id) = 24),
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    product_id TEXT NOT NULL CONSTRAINT cart_item_product_id CHECK (length(product_id) = 24),
    -- With the bounds of prices and of lines a cart's sums fit into 64 bits.
    quantity BIGINT NOT NULL CONSTRAINT quantity_in_range CHECK (quantity BETWEEN 1 AND 10000),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (user_id, product_id)
);
CREATE INDEX cart_items_newest ON cart_items (user_id, created_at DESC, id DESC);
