"""What a shop has to answer, by a model of it: every operation is done on a node drawn at random and on the model,
and every answer has to be the model's, at once."""
import itertools
import json

from support.server import ADMIN_EMAIL, ADMIN_PASSWORD
from support.shop import IMAGE, PASSWORD, address_body

MAX_PRODUCTS = 40
MAX_LINES = 12
MAX_ADDRESSES = 6


class User:
    def __init__(self, name, email):
        self.name = name
        self.email = email
        self.tokens = []       # live sessions
        self.dead_tokens = []  # sessions that have ended
        self.cart = {}         # product id: [item id, quantity], oldest first
        self.addresses = {}    # id: city, oldest first
        self.default = None


class ShopModel:
    def __init__(self, caller, nodes, draw, word):
        self.caller, self.nodes, self.draw, self.word = caller, nodes, draw, word
        self.numbers = itertools.count(1)
        self.log = []
        self.products = {}  # id: {name, price (cents), stock, publish}, oldest first
        self.deleted = []
        self.admin = self._log_in(ADMIN_EMAIL, ADMIN_PASSWORD)
        self.category = self._made("/api/category/create", {"name": f"{word} category", "image": IMAGE})
        self.shelf = self._made("/api/subcategory/create", {"name": f"{word} shelf", "image": IMAGE,
                                                            "category": [self.category]})
        self.users = [self._register() for _ in range(4)]
        for _ in range(5):
            self.create_product()

    # --- calls

    def call(self, method, path, body=None, token=None, node=None):
        node = self.draw.randrange(self.nodes) if node is None else node
        answer = self.caller.call(node, method, path, body, token)
        self.log.append((node, method, path, body, answer[0]))
        return answer

    def expect(self, status, method, path, body=None, token=None, node=None):
        got, answer = self.call(method, path, body, token, node)
        assert got == status, self.story(f"{status} expected, {got} came: {json.dumps(answer)}")
        return answer

    def story(self, what):
        """The last operations, for whoever reads a failure."""
        return "\n".join([what, *map(str, self.log[-12:])])

    def same(self, got, wanted, what):
        assert got == wanted, self.story(f"{what}: {got} came instead of {wanted}")

    def _made(self, path, body):
        return self.expect(201, "POST", path, body, self.admin)["data"]["_id"]

    def _log_in(self, email, password):
        answer = self.expect(200, "POST", "/api/user/login", {"email": email, "password": password})
        return answer["data"]["accessToken"]

    def _register(self):
        number = next(self.numbers)
        user = User(f"User {number}", f"{self.word}{number}@example.com")
        body = {"name": user.name, "email": user.email, "password": PASSWORD}
        self.expect(200, "POST", "/api/user/register", body)
        user.tokens.append(self._log_in(user.email, PASSWORD))
        return user

    # --- the catalogue

    def create_product(self):
        if len(self.products) >= MAX_PRODUCTS:
            return
        product = {"name": f"{self.word}{next(self.numbers)} thing", "price": self.draw.randrange(1, 100_000),
                   "stock": self.draw.randrange(0, 30), "publish": self.draw.random() < 0.9}
        body = {**product, "price": product["price"] / 100, "image": [IMAGE], "category": [self.category],
                "subCategory": [self.shelf]}
        self.products[self._made("/api/product/create", body)] = product

    def change_product(self):
        product_id = self.any_product()
        changes = self.draw.choice([{"price": self.draw.randrange(1, 100_000)},
                                    {"stock": self.draw.randrange(0, 30)},
                                    {"publish": not self.products[product_id]["publish"]}])
        body = {"price": changes["price"] / 100} if "price" in changes else changes
        self.expect(200, "PUT", f"/api/product/update/{product_id}", body, self.admin)
        self.products[product_id].update(changes)

    def delete_product(self):
        if len(self.products) > 3:
            product_id = self.any_product()
            self.expect(200, "DELETE", f"/api/product/delete/{product_id}", None, self.admin)
            del self.products[product_id]
            self.deleted.append(product_id)

    def any_product(self):
        return self.draw.choice(list(self.products))

    def see_product(self):
        if self.deleted and self.draw.random() < 0.1:
            self.expect(404, "GET", f"/api/product/{self.draw.choice(self.deleted)}")
            return
        product_id = self.any_product()
        product = self.products[product_id]
        if not product["publish"]:
            self.expect(403, "GET", f"/api/product/{product_id}")
            return
        data = self.expect(200, "GET", f"/api/product/{product_id}")["data"]
        self.same((data["name"], round(data["price"] * 100), data["stock"]),
                  (product["name"], product["price"], product["stock"]), "product")

    def list_products(self):
        data = self.expect(200, "GET", "/api/product/all?limit=100")["data"]
        wanted = {key: value["price"] for key, value in self.products.items() if value["publish"]}
        listed = {product["_id"]: round(product["price"] * 100) for product in data}
        self.same({key: price for key, price in listed.items() if key in self.products or key in self.deleted}, wanted,
                  "list")

    def search_product(self):
        product_id = self.any_product()
        name = self.products[product_id]["name"]
        data = self.expect(200, "GET", f"/api/product/search?search={name.split()[0]}")["data"]
        self.same([product["_id"] for product in data],
                  [product_id] if self.products[product_id]["publish"] else [], "search")

    # --- carts

    def add_to_cart(self):
        user, product_id = self.draw.choice(self.users), self.any_product()
        product, quantity = self.products[product_id], self.draw.randrange(1, 6)
        if len(user.cart) >= MAX_LINES:
            return
        if not product["publish"]:
            status = 403
        elif product_id in user.cart:
            status = 409
        else:
            status = 201 if quantity <= product["stock"] else 400
        answer = self.expect(status, "POST", "/api/cart/add", {"productId": product_id, "quantity": quantity},
                             user.tokens[0])
        if status == 201:
            user.cart[product_id] = [answer["data"]["_id"], quantity]

    def change_quantity(self):
        user = self.draw.choice(self.users)
        if not user.cart:
            return
        product_id = self.draw.choice(list(user.cart))
        line, product, quantity = user.cart[product_id], self.products.get(product_id), self.draw.randrange(1, 8)
        if product is None or not product["publish"]:
            status = 409
        else:
            status = 200 if quantity <= product["stock"] else 400
        self.expect(status, "PUT", f"/api/cart/update/{line[0]}", {"quantity": quantity}, user.tokens[0])
        if status == 200:
            line[1] = quantity

    def remove_from_cart(self):
        user = self.draw.choice(self.users)
        if user.cart:
            product_id = self.draw.choice(list(user.cart))
            self.expect(200, "DELETE", f"/api/cart/remove/{user.cart.pop(product_id)[0]}", None, user.tokens[0])

    def clear_cart(self):
        user = self.draw.choice(self.users)
        answer = self.expect(200, "DELETE", "/api/cart/clear", None, user.tokens[0])
        self.same(answer["data"]["deletedCount"], len(user.cart), "cleared")
        user.cart.clear()

    def see_cart(self):
        user = self.draw.choice(self.users)
        answer = self.expect(200, "GET", "/api/cart", None, user.tokens[0])
        lines = {item["_id"]: (item["quantity"],
                               item["productId"] and (item["productId"]["_id"], round(item["productId"]["price"] * 100),
                                                      item["productId"]["stock"]))
                 for item in answer["data"]}
        wanted, total = {}, 0
        for product_id, (item, quantity) in user.cart.items():
            product = self.products.get(product_id)
            wanted[item] = (quantity, product and (product_id, product["price"], product["stock"]))
            total += quantity * product["price"] if product and product["publish"] else 0
        self.same(lines, wanted, "cart")
        self.same(round(answer["summary"]["totalPrice"] * 100), total, "sum of the cart")

    def count_cart(self):
        user = self.draw.choice(self.users)
        answer = self.expect(200, "GET", "/api/cart/count", None, user.tokens[0])
        self.same(answer["data"]["count"], len(user.cart), "count")

    # --- accounts

    def log_in(self):
        user = self.draw.choice(self.users)
        if len(user.tokens) < 3:
            user.tokens.append(self._log_in(user.email, PASSWORD))

    def log_out(self):
        user = self.draw.choice(self.users)
        if len(user.tokens) > 1:
            token = user.tokens.pop(self.draw.randrange(len(user.tokens)))
            self.expect(200, "POST", "/api/user/logout", None, token)
            user.dead_tokens.append(token)

    def end_other_session(self):
        """From the list of sessions, on a node of its own each."""
        user = self.draw.choice(self.users)
        if len(user.tokens) > 1:
            sessions = self.expect(200, "GET", "/api/user/sessions", None, user.tokens[-1])["data"]
            current = [session["id"] for session in sessions if session["current"]]
            self.same((len(sessions), len(current)), (len(user.tokens), 1), "sessions")
            self.expect(200, "DELETE", f"/api/user/sessions/{current[0]}", None, user.tokens[0])
            user.dead_tokens.append(user.tokens.pop())

    def use_any_token(self):
        user = self.draw.choice(self.users)
        self.expect(200, "GET", "/api/cart/count", None, self.draw.choice(user.tokens))
        if user.dead_tokens:
            self.expect(401, "GET", "/api/cart/count", None, self.draw.choice(user.dead_tokens))

    def rename_user(self):
        user = self.draw.choice(self.users)
        user.name = f"User {next(self.numbers)}"
        self.expect(200, "PUT", "/api/user/update-user", {"name": user.name}, user.tokens[0])

    def see_profile(self):
        user = self.draw.choice(self.users)
        profile = self.expect(200, "GET", "/api/user/profile", None, user.tokens[0])["data"]
        self.same((profile["name"], sorted(profile["address_details"]), profile["default_address"]),
                  (user.name, sorted(user.addresses), user.default), "profile")

    # --- addresses

    def add_address(self):
        user = self.draw.choice(self.users)
        if len(user.addresses) < MAX_ADDRESSES:
            city = f"City {next(self.numbers)}"
            answer = self.expect(201, "POST", "/api/address/add", address_body(city=city), user.tokens[0])
            user.default = answer["data"]["_id"]
            user.addresses[user.default] = city

    def choose_address(self):
        user = self.draw.choice(self.users)
        if user.addresses:
            user.default = self.draw.choice(list(user.addresses))
            self.expect(200, "PUT", f"/api/address/set-default/{user.default}", None, user.tokens[0])

    def delete_address(self):
        user = self.draw.choice(self.users)
        if user.addresses:
            gone = self.draw.choice(list(user.addresses))
            self.expect(200, "DELETE", f"/api/address/delete/{gone}", None, user.tokens[0])
            del user.addresses[gone]
            user.default = None if user.default == gone else user.default

    def see_addresses(self):
        user = self.draw.choice(self.users)
        data = self.expect(200, "GET", "/api/address/all", None, user.tokens[0])["data"]
        self.same({address["_id"]: (address["city"], address["status"]) for address in data},
                  {key: (city, key == user.default) for key, city in user.addresses.items()}, "addresses")

    # How often each is drawn, relative to the others. A login costs a hash.
    OPERATIONS = {create_product: 4, change_product: 12, delete_product: 3, see_product: 30, list_products: 12,
                  search_product: 3, add_to_cart: 14, change_quantity: 10, remove_from_cart: 5, clear_cart: 1,
                  see_cart: 18, count_cart: 6, log_in: 1, log_out: 1, end_other_session: 1, use_any_token: 8,
                  rename_user: 3, see_profile: 6, add_address: 4, choose_address: 3, delete_address: 3,
                  see_addresses: 6}

    def run(self, count):
        operations = self.draw.choices(list(self.OPERATIONS), list(self.OPERATIONS.values()), k=count)
        for operation in operations:
            operation(self)
