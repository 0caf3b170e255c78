"""What changes a cart: as requests for Haat, and as values for the same statements without it."""
import transactions
from shops import empty_carts, fill_carts

CONNECTIONS = 250
LINES = 3  # of a cart whose quantities change
QUANTITIES = 5


def adds(shop, count):
    """(customer, product), never twice the same."""
    customers, products = shop.customers, shop.on_sale
    for turn in range(count):
        who, lap = turn % len(customers), turn // len(customers)
        yield customers[who], products[(who * 7 + lap) % len(products)]


class Add:
    """Products into empty carts."""
    what, statements = "cart add", transactions.ADD
    given = ("user", "product")

    def __init__(self, shop):
        self.shop = shop

    def begin(self, haat):
        empty_carts(haat, self.shop.customers)

    def reset(self):
        return "DELETE FROM cart_items"

    def requests(self, count):
        for customer, product in adds(self.shop, count):
            yield "POST", "/api/cart/add", customer, {"productId": product}

    def values(self, count):
        for customer, product in adds(self.shop, count):
            yield customer.id, product

    def check(self, run, before, after):
        """Each that was acknowledged is in the database; those on their way at the end may be."""
        added = after - before
        if not run["requests"] <= added <= run["requests"] + CONNECTIONS:
            raise RuntimeError(f"{run['requests']} adds were acknowledged, and {added} lines are in the database")


class Update:
    """Quantities of lines that are there."""
    what, statements = "quantity update", transactions.UPDATE
    given = ("user", "line", "product")

    def __init__(self, shop):
        self.shop, self.lines = shop, None

    def begin(self, haat):
        if self.lines is None:
            empty_carts(haat, self.shop.customers)
            self.lines = fill_carts(haat, self.shop.customers, self.shop.on_sale, LINES)

    def reset(self):
        return None

    def requests(self, count):
        for turn in range(count):
            customer, _, line = self.lines[turn % len(self.lines)]
            quantity = 1 + turn // len(self.lines) % QUANTITIES
            yield "PUT", f"/api/cart/update/{line}", customer, {"quantity": quantity}

    def values(self, count):
        for turn in range(count):
            customer, product, line = self.lines[turn % len(self.lines)]
            yield customer.id, line, product

    def check(self, run, before, after):
        if before != after:
            raise RuntimeError(f"there were {before} lines, and there are {after}")
