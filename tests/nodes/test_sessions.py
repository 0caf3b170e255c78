"""A session that ends on one node is dead on all, however it ends, and whoever was told so knows it at once; codes and
keys count on all nodes."""
import time

import pytest

from support.client import Client
from support.nodes import Caller
from support.program import end_of
from support.shop import PASSWORD, Shop

NEW_PASSWORD = "Another-staple-8-horse"
MAILED_WITHIN_S = 60


def code_for(nodes, node, user):
    """Asked for on this node, and mailed by whichever is first."""
    shops = [Shop(each) for each in nodes.servers]
    assert shops[node].anyone.put("/api/user/forget-password", json={"email": user.email}).status_code == 200
    give_up_at = time.monotonic() + MAILED_WITHIN_S
    while not (mails := [mail for shop in shops for mail in shop.mailbox.to(user.email, "Password Reset Verification Code Sent!")]):
        assert time.monotonic() < give_up_at, "no mail"
        time.sleep(0.05)
    return {"email": user.email, "otp": mails[-1].otp}


def log_out(shop, _, other, __):
    return other.post("/api/user/logout")


def end_it_from_the_list(shop, user, other, __):
    session, = [row["id"] for row in other.get("/api/user/sessions").json()["data"] if row["current"]]
    return Client(shop.server, token=user.token).delete(f"/api/user/sessions/{session}")


def change_the_password(shop, user, _, __):
    return Client(shop.server, token=user.token).put("/api/user/update-user",
                                                     json={"password": NEW_PASSWORD, "currentPassword": PASSWORD})


def reset_the_password(shop, user, _, nodes):
    code = code_for(nodes, nodes.servers.index(shop.server), user)
    token = shop.anyone.put("/api/user/verify-otp", json=code).json()["data"]["resetToken"]
    client = Client(shop.server, cookies={"resetToken": token})
    return client.put("/api/user/reset-password", json={"email": user.email, "newPassword": NEW_PASSWORD})


def make_an_administrator(shop, user, _, __):
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
    assert way(shop, user, other, nodes).status_code == 200
    assert statuses(caller, nodes, other.token) == [401] * 3
    assert statuses(caller, nodes, user.token) == [200 if asker_stays else 401] * 3
    caller.close()


def test_a_code_that_one_node_mailed_counts_on_another_and_once(nodes):
    shops = [Shop(node) for node in nodes.servers]
    user = shops[0].user()
    code = code_for(nodes, 0, user)
    assert shops[1].anyone.put("/api/user/verify-otp", json=code).status_code == 200
    assert shops[2].anyone.put("/api/user/verify-otp", json=code).status_code == 400


def test_doctor_speaks_of_the_keys_that_nodes_have_in_common(nodes):
    _, told = end_of("doctor", DATABASE_URL=nodes[0].settings["DATABASE_URL"])
    assert "SECRET_KEY_ACCESS_TOKEN" in told and "otp.key" not in told, told
