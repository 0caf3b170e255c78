"""The search for products, by the index in memory and by the database itself. Each test uses words of its own, so
that nothing else is found."""
import urllib.parse

import pytest

from support.engine import is_postgres
from support.expect import PRODUCT, expect_data, expect_document, expect_error
from support.patience import wait_until
from support.shop import Shop, unique

FOUND_KEYS = ("message", "data", "pagination", "success", "error")


@pytest.fixture(scope="module", params=["64", "0"], ids=["index", "database"])
def shop(request, start_server):
    server = start_server(SEARCH_MEMORY=request.param)
    if request.param != "0":
        wait_until(lambda: server.metric("haat_catalog_index_ready") == 1)
    return Shop(server)


@pytest.fixture(scope="module")
def anyone(shop):
    return shop.anyone


def search(anyone, text, **query):
    parameters = urllib.parse.urlencode({"search": text, **query})
    response = anyone.get(f"/api/product/search?{parameters}")
    data = expect_data(response, 200, "Products found", FOUND_KEYS)
    assert list(response.json()["pagination"]) == ["page", "limit", "totalProducts", "totalPages"]
    return data


def ids_found(anyone, text):
    return [product["_id"] for product in search(anyone, text)]


def letters(word):
    """A word of letters only: the number of a unique name, spelled out. No ending that a stemmer takes off."""
    name = unique(word)
    digits = name[len(word):]
    return word + "".join("bcdfghjklm"[int(digit)] for digit in digits) + "ox"


@pytest.mark.parametrize("query", ["", "?search=", "?page=1"])
def test_a_search_needs_words(anyone, query):
    expect_error(anyone.get("/api/product/search" + query), "search_query_required")


def test_a_hit_is_a_populated_product_with_a_score(anyone, shop):
    word = letters("score")
    made = shop.product(name=word, more_details={"a": 1})
    [product] = search(anyone, word)
    assert product["_id"] == made["_id"]
    assert list(product)[-1] == "score" and product.pop("score") > 0
    expect_document(product, PRODUCT)
    assert product["category"][0]["_id"] == made["category"][0]


def test_pages_are_counted(anyone, shop):
    word = letters("page")
    made = [shop.product(name=f"{word} {number}")["_id"] for number in range(5)]
    response = anyone.get(f"/api/product/search?search={word}&page=2&limit=2")
    assert response.json()["pagination"] == {"page": 2, "limit": 2, "totalProducts": 5, "totalPages": 3}
    seen = [product["_id"] for page in (1, 2, 3) for product in search(anyone, word, page=page, limit=2)]
    assert sorted(seen) == sorted(made)


def test_nothing_found_is_an_empty_page(anyone):
    response = anyone.get("/api/product/search?search=" + letters("nothing"))
    assert expect_data(response, 200, "Products found", FOUND_KEYS) == []
    assert response.json()["pagination"] == {"page": 1, "limit": 10, "totalProducts": 0, "totalPages": 0}


@pytest.mark.parametrize("asked", ["{}", "{}s", "{}es", "{}ing", "{}ed"])
@pytest.mark.parametrize("stored", ["{}", "{}s", "{}ing"])
def test_words_are_stemmed(anyone, shop, stored, asked):
    word = letters("stem")[:-2] + "p"
    made = shop.product(name=stored.format(word))
    assert ids_found(anyone, asked.format(word)) == [made["_id"]]


def test_a_beginning_is_not_a_word(anyone, shop):
    word = letters("begin")
    shop.product(name=word)
    assert ids_found(anyone, word[:-3]) == []


@pytest.mark.parametrize("stored, asked",
                         [("Zoë", "ZOE"), ("crème", "creme"), ("STRASSE", "strasse"),
                          ("jalapeno", "jalapeño"), ("Ångström", "angstrom")])
def test_case_and_diacritics_do_not_count(anyone, shop, stored, asked):
    word = letters("fold")
    made = shop.product(name=stored + word)
    assert ids_found(anyone, asked + word) == [made["_id"]]


def test_words_of_other_scripts_are_found(anyone, shop):
    made = shop.product(name=f"Café 日本 🦊 {letters('x')}")
    assert made["_id"] in ids_found(anyone, "日本")
    assert made["_id"] in ids_found(anyone, "cafe")


def test_words_are_alternatives(anyone, shop):
    first, second = letters("alter"), letters("native")
    made = [shop.product(name=first)["_id"], shop.product(name=second)["_id"]]
    assert sorted(ids_found(anyone, f"{first} {second}")) == sorted(made)


def test_more_words_score_higher(anyone, shop):
    first, second = letters("more"), letters("words")
    one, both = shop.product(name=f"{first} thing"), shop.product(name=f"{first} {second}")
    shop.product(name="plain")
    assert ids_found(anyone, f"{first} {second}") == [both["_id"], one["_id"]]


def test_a_phrase_must_occur(anyone, shop):
    first, second = letters("phra"), letters("sing")
    together = shop.product(description=f"a {first} {second} here")
    shop.product(description=f"{second} then {first}")
    assert ids_found(anyone, f'"{first} {second}"') == [together["_id"]]


def test_a_phrase_must_occur_whatever_else_is_asked(anyone, shop):
    first, second, other = letters("both"), letters("must"), letters("else")
    together = shop.product(name=f"{first} {second}")
    shop.product(name=other)
    assert ids_found(anyone, f'"{first} {second}" {other}') == [together["_id"]]


def test_a_negated_word_must_not_occur(anyone, shop):
    word, bad = letters("good"), letters("bad")
    kept = shop.product(name=word)
    shop.product(name=word, description=f"with {bad}")
    assert ids_found(anyone, f"{word} -{bad}") == [kept["_id"]]


def test_only_stop_words_or_negations_find_nothing(anyone, shop):
    shop.product(name="The and of")
    for text in ("the", "the and of", "-the", "-nothing", "-a -b"):
        assert ids_found(anyone, text) == []


def test_a_stop_word_beside_a_word_does_not_count(anyone, shop):
    word = letters("stop")
    made = shop.product(name=word)
    shop.product(name="the other")
    assert ids_found(anyone, f"the {word}") == [made["_id"]]


def test_a_hit_in_the_name_weighs_more_than_one_in_the_description(anyone, shop):
    word = letters("weigh")
    in_name = shop.product(name=word, description="plain")
    in_description = shop.product(name="plain", description=word)
    assert ids_found(anyone, word) == [in_name["_id"], in_description["_id"]]


def test_equal_scores_are_newest_first(anyone, shop):
    word = letters("equal")
    made = [shop.product(name=word, description="same")["_id"] for _ in range(4)]
    assert ids_found(anyone, word) == made[::-1]


def test_scores_fall(anyone, shop):
    word = letters("fall")
    for text in (word, f"{word} and more", f"{word} {word}"):
        shop.product(name="plain", description=text)
        shop.product(name=text)
    scores = [product["score"] for product in search(anyone, word)]
    assert len(scores) == 6 and scores == sorted(scores, reverse=True) and scores[-1] > 0


def test_unpublished_products_are_not_found(anyone, shop):
    word = letters("hidden")
    shop.product(name=word, publish=False)
    assert ids_found(anyone, word) == []
    assert [product["_id"] for product in search(shop.admin, word)] == []


def test_the_search_is_never_stale(anyone, shop):
    old, new = letters("old"), letters("new")
    made = shop.product(name=old)
    assert ids_found(anyone, old) == [made["_id"]]
    shop.update_product(made["_id"], name=new)
    assert (ids_found(anyone, old), ids_found(anyone, new)) == ([], [made["_id"]])
    shop.update_product(made["_id"], publish=False)
    assert ids_found(anyone, new) == []
    shop.update_product(made["_id"], publish=True)
    shop.admin.delete(f"/api/product/delete/{made['_id']}")
    assert ids_found(anyone, new) == []


@pytest.mark.parametrize("text",
                         ['"', '"open phrase', "AND", "OR NOT", "NEAR(a b)", "a*", "^a", "name:x", "(", ")",
                          "{}", "'; DROP TABLE products; --", "%", "_", "\\", "-", "--", '-"', '""', "+",
                          "a" * 3000, "🦊", "\0", "* * *", "x y " * 500])
def test_no_text_is_a_fault_of_the_server(anyone, text):
    parameters = urllib.parse.urlencode({"search": text})
    assert anyone.get(f"/api/product/search?{parameters}").status_code in (200, 400)
    assert anyone.get(f"/api/product/all?{parameters}").status_code in (200, 400)


def test_no_search_can_pass_for_another_one(anyone, shop):
    """Answers are cached by what was asked: text that looks like the next parameter is still text."""
    word = letters("posing")
    for _ in range(2):
        shop.product(name=word)
    for separators in ("\x1e\x1f", " :", "&="):
        between, before = separators
        for _ in range(4):  # each thread has a cache of its own
            search(anyone, f"{word}{between}page{before}1{between}limit{before}1")
    for _ in range(4):
        assert len(search(anyone, word, page=1, limit=1)) == 1


def test_a_list_is_newest_first_and_counts_what_is_published(anyone, shop):
    before = anyone.get("/api/product/all").json()["pagination"]["totalProducts"]
    made = [shop.product()["_id"] for _ in range(3)]
    shop.update_product(made[1], publish=False)
    response = anyone.get("/api/product/all?limit=2")
    assert [product["_id"] for product in response.json()["data"]] == [made[2], made[0]]
    assert response.json()["pagination"]["totalProducts"] == before + 2
    assert anyone.get("/api/product/all?limit=2&page=1000000").json()["data"] == []


def stored_words(shop):
    """What SQLite keeps for the search."""
    with shop.server.database() as database:
        return database.execute("SELECT id, block FROM product_search_data ORDER BY id").fetchall()


def test_a_change_that_is_no_text_leaves_the_search_alone(shop):
    if is_postgres():
        pytest.skip("PostgreSQL's words are a column of the product")
    product = shop.product()
    before = stored_words(shop)
    shop.update_product(product["_id"], price=5, stock=7, name=product["name"])
    assert stored_words(shop) == before
    shop.update_product(product["_id"], name=unique("Renamed "))
    assert stored_words(shop) != before
