"""A session that ends on one node is dead on all, however it ends, and whoever was told so knows it at once."""
import pytest

from support.client import Client
from support.nodes import Caller
from support.shop import PASSWORD, Shop

NEW_PASSWORD = "Another-staple-8-horse"


def log_out(shop, _, other):
    return other.post("/api/user/logout")


def end_it_from_the_list(shop, user, other):
    session, = [row["id"] for row in other.get("/api/user/sessions").json()["data"] if row["current"]]
    return Client(shop.server, token=user.token).delete(f"/api/user/sessions/{session}")


def change_the_password(shop, user, _):
    return Client(shop.server, token=user.token).put("/api/user/update-user",
                                                     json={"password": NEW_PASSWORD, "currentPassword": PASSWORD})


def reset_the_password(shop, user, _):
    client = Client(shop.server, cookies={"resetToken": shop.reset_token(user.email)})
    return client.put("/api/user/reset-password", json={"email": user.email, "newPassword": NEW_PASSWORD})


def make_an_administrator(shop, user, _):
    return shop.admin.put("/api/user/make-admin", json={"email": user.email})


# Whether the session that asked for it goes on.
WAYS = [(log_out, True), (end_it_from_the_list, True), (change_the_password, True), (reset_the_password, False),
        (make_an_administrator, False)]


def statuses(caller, nodes, token):
    return [caller.call(node, "GET", "/api/cart/count", None, token)[0] for node in range(len(nodes))]


@pytest.mark.parametrize("node", range(3))
@pytest.mark.parametrize("way, asker_stays", WAYS, ids=lambda value: getattr(value, "__name__", ""))
def test_it_is_dead_on_all_nodes_at_once(nodes, node, way, asker_stays):
    caller, shop = Caller(nodes), Shop(nodes[node])
    user = shop.user()
    other = user.second_session()
    for token in (user.token, other.token):  # now all nodes have it in their caches
        assert statuses(caller, nodes, token) == [200] * 3
    assert way(shop, user, other).status_code == 200
    assert statuses(caller, nodes, other.token) == [401] * 3
    assert statuses(caller, nodes, user.token) == [200 if asker_stays else 401] * 3
    caller.close()
