-- A change of a price or a stock names all columns: the search index is written only where a text is another.
DROP TRIGGER products_search_update;
CREATE TRIGGER products_search_update AFTER UPDATE OF name, description ON products
WHEN old.name IS NOT new.name OR old.description IS NOT new.description BEGIN
    INSERT INTO product_search (product_search, rowid, name, description)
    VALUES ('delete', old.seq, old.name, old.description);
    INSERT INTO product_search (rowid, name, description) VALUES (new.seq, new.name, new.description);
END;
