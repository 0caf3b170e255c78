"""Words of the seeded catalogue to search for, by how many products have them: counted in an index of the bench's own."""
import json
import random
import re
import sqlite3

import statements

# As the search looks at words (migrations of src/catalog).
TOKENS = "porter unicode61 remove_diacritics 2"
QUERIES = 24          # of each kind, at most
RARE = 0.0005         # of all products, at most
HALF = (0.35, 0.65)
SOME = (0.01, 0.10)   # each of two words


def write(target, database):
    """Writes {kind: [{"query": …, "found": how many products}]} for the published products of an embedded database."""
    connection = sqlite3.connect(":memory:", isolation_level=None, uri=True)
    try:
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("ATTACH ? AS shop", (f"file:{database}?mode=ro",))
        connection.execute(f"CREATE VIRTUAL TABLE words USING fts5(name, description, content='', tokenize='{TOKENS}')")
        connection.execute("INSERT INTO words(rowid, name, description) "
                           "SELECT rowid, name, description FROM shop.products WHERE publish = 1")
        connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(words, row)")
        target.write_text(json.dumps(choose(connection), indent=1))
    finally:
        connection.close()


def stop_words(connection):
    """Stems of the words that a search leaves out."""
    connection.execute(f"CREATE VIRTUAL TABLE stops USING fts5(word, tokenize='{TOKENS}')")
    connection.executemany("INSERT INTO stops VALUES (?)", [[word] for word in statements.texts("kStopWords")])
    connection.execute("CREATE VIRTUAL TABLE stop_terms USING fts5vocab(stops, row)")
    return {term for term, in connection.execute("SELECT term FROM stop_terms")}


def choose(connection):
    total = connection.execute("SELECT count(*) FROM shop.products WHERE publish = 1").fetchone()[0]
    common = stop_words(connection)
    counts = {term: count for term, count in connection.execute("SELECT term, doc FROM terms")
              if re.fullmatch("[a-z]{4,}", term) and term not in common}

    def counted(expression):
        return connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (expression,)).fetchone()[0]

    def between(low, high):
        """Words of so many products, shuffled. What the index keeps is a word's stem: those that are their own."""
        terms = sorted(term for term, count in counts.items() if low * total <= count <= high * total)
        random.Random(1).shuffle(terms)
        return [term for term in terms[:8 * QUERIES] if counted(f'"{term}"') == counts[term]]

    def single(terms):
        return [{"query": term, "found": counts[term]} for term in terms[:QUERIES]]

    some = between(*SOME)
    pairs = list(zip(some[::2], some[1::2]))[:QUERIES]
    return {"rare": single(between(0, RARE)),
            "half": single(sorted(between(*HALF), key=lambda term: abs(counts[term] - total / 2))),
            "two": [{"query": f"{one} {other}", "found": counted(f'"{one}" OR "{other}"')} for one, other in pairs]}
