"""Makes the people and things that tests need, each under a name of its own."""
import itertools
import random
import string
import threading

from support.client import Client, set_cookies
from support.mailbox import Mailbox
from support.server import ADMIN_EMAIL, ADMIN_KEY, ADMIN_PASSWORD

PASSWORD = "Correct-horse-7-battery"
IMAGE = "https://example.com/picture.jpg"

_numbers = itertools.count(1)
_numbers_lock = threading.Lock()


def unique(word):
    with _numbers_lock:
        return f"{word}{next(_numbers)}"


def hard_to_compress(length):
    """A text that takes as much room in an index as it is long; the same each time."""
    return "".join(random.Random(length).choices(string.ascii_letters + string.digits, k=length))


class Account(Client):
    """A logged-in caller with a Bearer token."""

    def __init__(self, server, email, password, profile=None):
        super().__init__(server)
        self.email = email
        self.password = password
        self.profile = profile
        self.refresh_token = None
        self.log_in()

    def log_in(self):
        self.token = None
        response = self.post("/api/user/login", json={"email": self.email, "password": self.password})
        assert response.status_code == 200, response.text
        data = response.json()["data"]
        self.token, self.refresh_token = data["accessToken"], data["refreshToken"]
        return self

    def second_session(self):
        """The same person on another device."""
        return Account(self.server, self.email, self.password, self.profile)

    def by_cookie(self):
        """The same session, carried by cookies."""
        return Client(self.server, cookies={"accessToken": self.token, "refreshToken": self.refresh_token})

    def is_alive(self):
        """Whether the access token still counts."""
        status = self.get("/api/cart/count").status_code
        assert status in (200, 401)
        return status == 200

    def fetch_profile(self):
        return self.get("/api/user/profile").json()["data"]

    @property
    def id(self):
        return self.profile["_id"]


class Shop:
    def __init__(self, server):
        self.server = server
        self.anyone = Client(server)
        self.mailbox = Mailbox(server)
        self._admin = None

    @property
    def admin(self):
        if self._admin is None:
            self._admin = Account(self.server, ADMIN_EMAIL, ADMIN_PASSWORD)
            self._admin.profile = self._admin.fetch_profile()
        return self._admin

    def register(self, **fields):
        """Registers somebody new; returns the answer."""
        body = {"name": "Asha", "email": unique("asha") + "@example.com", "password": PASSWORD, **fields}
        return self.anyone.post("/api/user/register", json=body)

    def user(self, **fields):
        response = self.register(**fields)
        assert response.status_code == 200, response.text
        profile = response.json()["data"]
        return Account(self.server, profile["email"], fields.get("password", PASSWORD), profile)

    def new_admin(self, **fields):
        return self.user(adminKey=ADMIN_KEY, **fields)

    def _create(self, path, body):
        response = self.admin.post(path, json=body)
        assert response.status_code == 201, response.text
        return response.json()["data"]

    def category(self, **fields):
        return self._create("/api/category/create", {"name": unique("Category "), "image": IMAGE, **fields})

    def sub_category(self, categories=None, **fields):
        categories = categories or [self.category()]
        ids = [category["_id"] for category in categories]
        return self._create("/api/subcategory/create",
                            {"name": unique("SubCategory "), "image": IMAGE, "category": ids, **fields})

    def product_body(self, **fields):
        """A body that creates a product; makes the categories when they are not given."""
        body = {"name": unique("Product "), "image": [IMAGE], "unit": "piece", "stock": 50, "price": 999.99,
                "discount": 10, "description": "Plain", **fields}
        if "category" not in body:
            sub_category = self.shelf()
            body["category"], body["subCategory"] = sub_category["category"], [sub_category["_id"]]
        return body

    def shelf(self):
        """One subcategory with its category, shared by products that do not care."""
        if not hasattr(self, "_shelf"):
            self._shelf = self.sub_category()
        return self._shelf

    def product(self, **fields):
        return self._create("/api/product/create", self.product_body(**fields))

    def update_product(self, product_id, **fields):
        response = self.admin.put(f"/api/product/update/{product_id}", json=fields)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    def cart_item(self, account, product=None, quantity=1):
        product = product or self.product()
        response = account.post("/api/cart/add", json={"productId": product["_id"], "quantity": quantity})
        assert response.status_code == 201, response.text
        return response.json()["data"]

    def address(self, account, **fields):
        response = account.post("/api/address/add", json=address_body(**fields))
        assert response.status_code == 201, response.text
        return response.json()["data"]

    def request_otp(self, email):
        """Asks for a password reset; returns the code from the mail."""
        subject = "Password Reset Verification Code Sent!"
        before = len(self.mailbox.to(email, subject))
        response = self.anyone.put("/api/user/forget-password", json={"email": email})
        assert response.status_code == 200, response.text
        return self.mailbox.wait_for(email, subject, before + 1)[-1].otp

    def reset_token(self, email):
        response = self.anyone.put("/api/user/verify-otp",
                                   json={"email": email, "otp": self.request_otp(email)})
        assert response.status_code == 200, response.text
        assert set_cookies(response)["resetToken"].value == response.json()["data"]["resetToken"]
        return response.json()["data"]["resetToken"]


def address_body(**fields):
    return {"address_line": "12 Lake Road", "city": "Pune", "state": "Maharashtra", "pincode": "411001",
            "country": "India", "mobile": "9876543210", **fields}
