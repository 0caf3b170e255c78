"""A shop's day in requests: 80 % public reads, 15 % reads of carts, 5 % writes; in an order in which none fails."""
import json
import random

import load
from shops import empty_carts, fill_carts

CYCLE = 200_000      # requests until they come again
ADDS = 19            # of one customer in a cycle; then the cart is emptied
UPDATES = 0.025      # of all requests: changes of quantities; adds and emptied carts are as many
CART_READS = 0.15
# Of the public reads:
FIRST_PAGE, OTHER_PAGES, CATEGORIES = 0.3, 0.15, 0.1
PAGES = 20


class MixedLoad:
    """Half of the customers keep their lines and change quantities, the others fill and empty their carts. Begin anew
    before each run: then nobody adds what is in the cart already."""

    def __init__(self, shop):
        self.shop = shop
        half = len(shop.customers) // 2
        self.keepers, self.adders = shop.customers[:half], shop.customers[half:]
        self.sequence = None

    def begin(self, haat):
        if not self.sequence:
            empty_carts(haat, self.keepers)
            lines = fill_carts(haat, self.keepers, self.shop.on_sale, 3)
            self.sequence = load.Sequence(self.requests(lines))
        empty_carts(haat, self.adders)

    def requests(self, lines):
        drawn = random.Random(7)
        changes = self.changes_of_adders()
        for place in range(CYCLE):
            yield changes.get(place) or self.other(drawn, lines)

    def changes_of_adders(self):
        """{place: request}. From a customer's last add to the emptying, and from there to the first add, it is a quarter
        of the cycle: far enough that no request overtakes another."""
        places = {}

        def put(place, request):
            while place % CYCLE in places:
                place += 1
            places[place % CYCLE] = request

        products = self.shop.on_sale
        for number, customer in enumerate(self.adders):
            begin = number * CYCLE // len(self.adders)
            for turn in range(ADDS):
                product = products[(number * ADDS + turn) % len(products)]
                put(begin + turn * (CYCLE // 2) // ADDS,
                    ("POST", "/api/cart/add", customer.token, json.dumps({"productId": product})))
            put(begin + CYCLE * 3 // 4, ("DELETE", "/api/cart/clear", customer.token, ""))
        return places

    def other(self, drawn, lines):
        kind = drawn.random()
        if kind < UPDATES:
            customer, _, line = drawn.choice(lines)
            return "PUT", f"/api/cart/update/{line}", customer.token, json.dumps({"quantity": drawn.randint(1, 5)})
        if kind < UPDATES + CART_READS:
            path = "/api/cart" if drawn.random() < 0.7 else "/api/cart/count"
            return "GET", path, drawn.choice(self.shop.customers).token, ""
        return "GET", self.public_path(drawn), "", ""

    def public_path(self, drawn):
        kind = drawn.random()
        if kind < FIRST_PAGE:
            return "/api/product/all"
        if kind < FIRST_PAGE + OTHER_PAGES:
            return f"/api/product/all?page={drawn.randint(2, PAGES)}"
        if kind < FIRST_PAGE + OTHER_PAGES + CATEGORIES:
            return "/api/category/all"
        return f"/api/product/{drawn.choice(self.shop.published)}"
