"""Every request that changes something: how to prepare it, how to send it, and what can be seen of the change.

tests/faults fails when a changing route of /openapi.json has no row here.
"""
from support.client import Client
from support.images import png, size_of_webp
from support.shop import IMAGE, PASSWORD, address_body, unique

CHANGING_GETS = {"GET /api/user/verify-user", "GET /api/user/logout"}
NEW_PASSWORD = "Another-staple-8-horse"
AVATAR = {"avatar": ("a.png", png(), "image/png")}
PICTURE = {"image": ("a.png", png(), "image/png")}


class Write:
    """`prepare` returns what the others get as `it`; `seen` is what can be read of the change; `is_done` says whether
    what is seen has all of it."""

    def __init__(self, name, route, prepare, send, seen, is_done):
        self.name, self.route = name, route
        self.prepare, self.send, self.seen, self.is_done = prepare, send, seen, is_done


class Person:
    """A new account, what it has made, and what the database says of it."""

    def __init__(self, shop, make):
        self.shop = shop
        self.account = shop.user()
        self.thing = make(shop, self.account)
        self.mails_before = self._one("SELECT count(*) FROM outbox_events")

    def _one(self, statement, *values):
        with self.shop.server.database() as database:
            row = database.execute(statement, *values).fetchone()
        return row[0] if row else None

    def mails_queued(self):
        """By anybody, since it was made: the tests do one thing at a time."""
        return self._one("SELECT count(*) FROM outbox_events") - self.mails_before

    def passwords_that_fit(self):
        return [word for word in (PASSWORD, NEW_PASSWORD)
                if self.shop.anyone.post("/api/user/login", json={"email": self.account.email, "password": word}).ok]

    def sessions(self):
        return self._one("SELECT count(*) FROM sessions WHERE user_id = ?", self.account.id)

    def generation(self):
        """How often the refresh token was changed."""
        return self._one("SELECT max(generation) FROM sessions WHERE user_id = ?", self.account.id)

    def reset_stage(self):
        """None, `otp` or `token`."""
        return self._one("SELECT CASE WHEN otp_hash IS NULL THEN 'token' ELSE 'otp' END FROM password_resets "
                         "WHERE user_id = ?", self.account.id)

    def otp_requests(self):
        return self._one("SELECT count(*) FROM otp_requests WHERE email_key = ?", self.account.email)

    def cart(self):
        return sorted((line["productId"]["_id"], line["quantity"]) for line in
                      self.account.get("/api/cart").json()["data"])

    def addresses(self):
        return [(row["city"], row["pincode"], row["status"]) for row in
                sorted(self.account.get("/api/address/all").json()["data"], key=lambda row: row["_id"])]


def person(make=lambda shop, account: None):
    return lambda shop: Person(shop, make)


def two_sessions(_shop, account):
    """Another session of the same person, and its id."""
    other = account.second_session()
    return other, next(row["id"] for row in other.get("/api/user/sessions").json()["data"] if row["current"])


def code_in_mail(shop, account):
    return shop.mailbox.wait_for(account.email, "erify")[0].verification_code


def two_addresses(shop, account):
    """The ids of one and of the default one, which is the later."""
    return [shop.address(account)["_id"] for _ in range(2)]


def reading(path, pick):
    """What `pick` makes of a public document; None when there is none. `path` has {} for the id of what was prepared."""
    def seen(shop, it):
        response = shop.anyone.get(path.format(it["_id"]))
        return pick(response.json()["data"]) if response.status_code == 200 else None
    return seen


def named(path):
    """Those of a public list that have the name."""
    return lambda shop, body: [row for row in shop.anyone.get(path).json()["data"] if row["name"] == body["name"]]


def filled_category(shop):
    """A category with a subcategory in it."""
    made = shop.category()
    return {**made, "child": shop.sub_category([made])["_id"]}


def filled_sub_category(shop):
    made = shop.sub_category()
    return {**made, "child": shop.product(category=made["category"], subCategory=[made["_id"]])["_id"]}


def category_seen(shop, it):
    child = shop.anyone.get(f"/api/subcategory/{it['child']}").json()["data"]
    return shop.anyone.get(f"/api/category/{it['_id']}").status_code, len(child["category"])


def sub_category_seen(shop, it):
    child = shop.anyone.get(f"/api/product/{it['child']}").json()["data"]
    return shop.anyone.get(f"/api/subcategory/{it['_id']}").status_code, len(child["subCategory"])


def pictures(shop):
    return {path.relative_to(shop.server.data_dir) for path in (shop.server.data_dir / "media").rglob("*.webp")}


def new_pictures(shop, before):
    """The sizes of those that were not there; each has to be served whole."""
    found = [shop.anyone.plain_get(f"{shop.server.base_url}/{path}") for path in pictures(shop) - before]
    return [sorted(size_of_webp(answer.content)) for answer in found]


def body_of_sub_category(shop):
    return {"name": unique("Steps "), "image": IMAGE, "category": [shop.shelf()["category"][0]]}


ACCOUNTS = [
    Write("register", "POST /api/user/register", lambda shop: unique("steps") + "@example.com",
          lambda shop, email: shop.anyone.post("/api/user/register",
                                               json={"name": "Asha", "email": email, "password": PASSWORD}),
          lambda shop, email: shop.anyone.post("/api/user/login", json={"email": email, "password": PASSWORD}).ok, bool),
    Write("log_in", "POST /api/user/login", person(),
          lambda shop, it: shop.anyone.post("/api/user/login", json={"email": it.account.email, "password": PASSWORD}),
          lambda shop, it: it.sessions(), lambda seen: seen == 2),
    Write("verify_email", "GET /api/user/verify-user", person(code_in_mail),
          lambda shop, it: shop.anyone.get("/api/user/verify-user", params={"code": it.thing}),
          lambda shop, it: it.account.fetch_profile()["verify_email"], lambda seen: seen is True),
    Write("log_out", "POST /api/user/logout", person(), lambda shop, it: it.account.post("/api/user/logout"),
          lambda shop, it: it.account.is_alive(), lambda seen: not seen),
    Write("log_out_by_link", "GET /api/user/logout", person(), lambda shop, it: it.account.get("/api/user/logout"),
          lambda shop, it: it.account.is_alive(), lambda seen: not seen),
    Write("end_session", "DELETE /api/user/sessions/{sessionId}", person(two_sessions),
          lambda shop, it: it.account.delete(f"/api/user/sessions/{it.thing[1]}"),
          lambda shop, it: [it.account.is_alive(), it.thing[0].is_alive()], lambda seen: seen == [True, False]),
    Write("refresh", "POST /api/user/refresh-token", person(),
          lambda shop, it: Client(shop.server, cookies={"refreshToken": it.account.refresh_token}).post(
              "/api/user/refresh-token"),
          lambda shop, it: it.generation(), lambda seen: seen == 2),
    Write("forget_password", "PUT /api/user/forget-password", person(),
          lambda shop, it: shop.anyone.put("/api/user/forget-password", json={"email": it.account.email}),
          lambda shop, it: [it.reset_stage(), it.otp_requests(), it.mails_queued()],
          lambda seen: seen == ["otp", 1, 1]),
    Write("verify_otp", "PUT /api/user/verify-otp", person(lambda shop, account: shop.request_otp(account.email)),
          lambda shop, it: shop.anyone.put("/api/user/verify-otp", json={"email": it.account.email, "otp": it.thing}),
          lambda shop, it: it.reset_stage(), lambda seen: seen == "token"),
    Write("reset_password", "PUT /api/user/reset-password",
          person(lambda shop, account: shop.reset_token(account.email)),
          lambda shop, it: Client(shop.server, cookies={"resetToken": it.thing}).put(
              "/api/user/reset-password", json={"email": it.account.email, "newPassword": NEW_PASSWORD}),
          lambda shop, it: [it.reset_stage(), it.account.is_alive(), it.mails_queued(), it.passwords_that_fit()],
          lambda seen: seen == [None, False, 1, [NEW_PASSWORD]]),
    Write("update_user", "PUT /api/user/update-user", person(),
          lambda shop, it: it.account.put("/api/user/update-user", json={"name": "Changed", "mobile": "9123456780"}),
          lambda shop, it: [it.account.fetch_profile()[name] for name in ("name", "mobile")],
          lambda seen: seen == ["Changed", 9123456780]),
    Write("change_password", "PUT /api/user/update-user", person(two_sessions),
          lambda shop, it: it.account.put("/api/user/update-user",
                                          json={"password": NEW_PASSWORD, "currentPassword": PASSWORD}),
          lambda shop, it: [it.thing[0].is_alive(), it.passwords_that_fit()],
          lambda seen: seen == [False, [NEW_PASSWORD]]),
    Write("upload_avatar", "PUT /api/user/upload-avatar", person(),
          lambda shop, it: it.account.put("/api/user/upload-avatar", files=AVATAR),
          lambda shop, it: it.account.fetch_profile()["avatar"], bool),
    Write("make_admin", "PUT /api/user/make-admin", person(),
          lambda shop, it: shop.admin.put("/api/user/make-admin", json={"email": it.account.email}),
          lambda shop, it: it.account.second_session().fetch_profile()["role"], lambda seen: seen == "ADMIN"),
]

CATALOG = [
    Write("create_category", "POST /api/category/create", lambda shop: {"name": unique("Steps "), "image": IMAGE},
          lambda shop, body: shop.admin.post("/api/category/create", json=body),
          named("/api/category/all"), lambda seen: len(seen) == 1),
    Write("update_category", "PUT /api/category/update/{id}", lambda shop: shop.category(),
          lambda shop, it: shop.admin.put(f"/api/category/update/{it['_id']}",
                                          json={"name": it["name"] + " changed", "image": IMAGE + "?2"}),
          reading("/api/category/{}", lambda row: [row["name"].endswith(" changed"), row["image"] == IMAGE + "?2"]),
          lambda seen: seen == [True, True]),
    Write("delete_category", "DELETE /api/category/delete/{id}", filled_category,
          lambda shop, it: shop.admin.delete(f"/api/category/delete/{it['_id']}"),
          category_seen, lambda seen: seen == (404, 0)),
    Write("create_sub_category", "POST /api/subcategory/create", body_of_sub_category,
          lambda shop, body: shop.admin.post("/api/subcategory/create", json=body),
          named("/api/subcategory/all"), lambda seen: [len(row["category"]) for row in seen] == [1]),
    Write("update_sub_category", "PUT /api/subcategory/update/{id}", lambda shop: shop.sub_category(),
          lambda shop, it: shop.admin.put(f"/api/subcategory/update/{it['_id']}", json={
              "name": it["name"] + " changed", "category": [shop.shelf()["category"][0]]}),
          reading("/api/subcategory/{}", lambda row: [row["name"], [parent["_id"] for parent in row["category"]]]),
          lambda seen: seen[0].endswith(" changed") and len(seen[1]) == 1),
    Write("delete_sub_category", "DELETE /api/subcategory/delete/{id}", filled_sub_category,
          lambda shop, it: shop.admin.delete(f"/api/subcategory/delete/{it['_id']}"),
          sub_category_seen, lambda seen: seen == (404, 0)),
    Write("create_product", "POST /api/product/create", lambda shop: shop.product_body(),
          lambda shop, body: shop.admin.post("/api/product/create", json=body),
          named("/api/product/all?limit=3"),
          lambda seen: [(row["price"], len(row["category"]), len(row["subCategory"])) for row in seen] ==
          [(999.99, 1, 1)]),
    Write("update_product", "PUT /api/product/update/{id}", lambda shop: shop.product(),
          lambda shop, it: shop.admin.put(f"/api/product/update/{it['_id']}", json={"price": 7, "stock": 3}),
          reading("/api/product/{}", lambda row: [row["price"], row["stock"]]), lambda seen: seen == [7, 3]),
    Write("delete_product", "DELETE /api/product/delete/{id}", lambda shop: shop.product(),
          lambda shop, it: shop.admin.delete(f"/api/product/delete/{it['_id']}"),
          reading("/api/product/{}", lambda row: row["name"]), lambda seen: seen is None),
    Write("upload_image", "POST /api/image", pictures,
          lambda shop, before: shop.admin.post("/api/image", files=PICTURE),
          new_pictures, lambda seen: seen == [[20, 40]]),
]

SHOPPING = [
    Write("add_to_cart", "POST /api/cart/add", person(lambda shop, account: shop.product()["_id"]),
          lambda shop, it: it.account.post("/api/cart/add", json={"productId": it.thing, "quantity": 3}),
          lambda shop, it: it.cart(), lambda seen: [quantity for _, quantity in seen] == [3]),
    Write("change_quantity", "PUT /api/cart/update/{cartItemId}",
          person(lambda shop, account: shop.cart_item(account)["_id"]),
          lambda shop, it: it.account.put(f"/api/cart/update/{it.thing}", json={"quantity": 5}),
          lambda shop, it: it.cart(), lambda seen: [quantity for _, quantity in seen] == [5]),
    Write("remove_from_cart", "DELETE /api/cart/remove/{cartItemId}",
          person(lambda shop, account: [shop.cart_item(account)["_id"] for _ in range(2)]),
          lambda shop, it: it.account.delete(f"/api/cart/remove/{it.thing[0]}"),
          lambda shop, it: it.cart(), lambda seen: len(seen) == 1),
    Write("clear_cart", "DELETE /api/cart/clear",
          person(lambda shop, account: [shop.cart_item(account) for _ in range(2)]),
          lambda shop, it: it.account.delete("/api/cart/clear"),
          lambda shop, it: it.cart(), lambda seen: not seen),
    Write("add_address", "POST /api/address/add", person(),
          lambda shop, it: it.account.post("/api/address/add", json=address_body(city="Steps")),
          lambda shop, it: it.addresses(), lambda seen: [row[::2] for row in seen] == [("Steps", True)]),
    Write("add_second_address", "POST /api/address/add", person(lambda shop, account: shop.address(account)),
          lambda shop, it: it.account.post("/api/address/add", json=address_body(city="Steps")),
          lambda shop, it: it.addresses(), lambda seen: len(seen) == 2 and sum(row[2] for row in seen) == 1),
    Write("update_address", "PUT /api/address/update/{id}",
          person(lambda shop, account: shop.address(account)["_id"]),
          lambda shop, it: it.account.put(f"/api/address/update/{it.thing}",
                                          json={"city": "Steps", "pincode": "560001"}),
          lambda shop, it: it.addresses(),
          lambda seen: [(city, str(pincode)) for city, pincode, _ in seen] == [("Steps", "560001")]),
    Write("set_default_address", "PUT /api/address/set-default/{id}", person(two_addresses),
          lambda shop, it: it.account.put(f"/api/address/set-default/{it.thing[0]}"),
          lambda shop, it: [row["_id"] == it.thing[0] for row in
                            it.account.get("/api/address/all").json()["data"] if row["status"]],
          lambda seen: seen == [True]),
    Write("delete_address", "DELETE /api/address/delete/{id}", person(two_addresses),
          lambda shop, it: it.account.delete(f"/api/address/delete/{it.thing[1]}"),
          lambda shop, it: [len(it.addresses()), it.account.fetch_profile()["default_address"]],
          lambda seen: seen == [1, None]),
]

WRITES = ACCOUNTS + CATALOG + SHOPPING
