"""The caller's own account: profile, changes, avatar's neighbours."""
import pytest

from support.client import Client
from support.expect import USER, expect_data, expect_document, expect_error
from support.shop import PASSWORD, unique

UPDATE = "/api/user/update-user"
KEYS = ("message", "success", "error", "data")
NEW_PASSWORD = "Another-staple-8-horse"


def expect_updated(response):
    data = expect_data(response, 200, "successfully Updated User", KEYS)
    assert list(data.items()) == [("acknowledged", True), ("modifiedCount", 1), ("upsertedId", None),
                                  ("upsertedCount", 0), ("matchedCount", 1)]


def test_the_profile_is_the_whole_user(user):
    profile = expect_data(user.get("/api/user/profile"), 200, "Profile fetched")
    expect_document(profile, USER)
    assert (profile["_id"], profile["email"],
            profile["createdAt"]) == (user.id, user.email, user.profile["createdAt"])


def shown_everywhere(user):
    """The profile over connections that different threads serve; they have to agree."""
    answers = {Client(user.server, user.token).get("/api/user/profile").text for _ in range(8)}
    assert len(answers) == 1
    return answers.pop()


def test_each_change_is_in_the_next_profile_on_every_thread(shop):
    account = shop.user()
    first = shop.address(account)
    second = shop.address(account)
    changes = {
        "a name": lambda: account.put(UPDATE, json={"name": unique("Asha")}),
        "another default address": lambda: account.put(f"/api/address/set-default/{first['_id']}"),
        "an address less": lambda: account.delete(f"/api/address/delete/{second['_id']}"),
        "an address more": lambda: shop.address(account),
        "a login": account.second_session,
    }
    before = shown_everywhere(account)
    for name, change in changes.items():
        change()
        after = shown_everywhere(account)
        assert after != before, name
        before = after


def test_each_field_can_be_changed(user):
    expect_updated(user.put(UPDATE, json={"name": "Ravi Ü", "mobile": 9876543210}))
    profile = user.fetch_profile()
    assert (profile["name"], profile["mobile"], profile["email"]) == ("Ravi Ü", 9876543210, user.email)
    assert profile["updatedAt"] > user.profile["updatedAt"]


def test_a_mobile_may_be_text_and_is_kept_as_a_number(user):
    expect_updated(user.put(UPDATE, json={"mobile": "9876543210"}))
    assert user.fetch_profile()["mobile"] == 9876543210


def test_a_name_may_be_a_number(user):
    expect_updated(user.put(UPDATE, json={"name": 7}))
    assert user.fetch_profile()["name"] == "7"


def test_a_name_has_at_most_1024_bytes(user):
    expect_updated(user.put(UPDATE, json={"name": "é" * 512}))
    expect_error(user.put(UPDATE, json={"name": "é" * 512 + "e"}), "invalid_field", field="name",
                 message="name must be text of at most 1024 bytes")


@pytest.mark.parametrize("body",
                         [{}, {"name": "", "email": "", "mobile": "", "password": ""}, {"name": None},
                          {"mobile": 0}, {"name": False}, {"foo": 1}], ids=str)
def test_empty_and_falsy_fields_are_ignored(user, body):
    before = user.fetch_profile()
    expect_updated(user.put(UPDATE, json=body))
    after = user.fetch_profile()
    assert {name: after[name] for name in USER} == {name: before[name] for name in USER}


def test_what_is_not_the_callers_to_say_is_ignored(user):
    expect_updated(user.put(UPDATE,
                            json={"role": "ADMIN", "status": "Inactive", "verify_email": True, "_id": "x",
                                  "refresh_token": "x", "last_login_date": None, "$set": {"role": "ADMIN"}}))
    profile = user.fetch_profile()
    assert (profile["role"], profile["status"], profile["verify_email"],
            profile["_id"]) == ("USER", "Active", False, user.id)


@pytest.mark.parametrize("field", ["name", "email", "mobile", "password"])
@pytest.mark.parametrize("wrong", [{"$gt": ""}, {"a": 1}, ["x"], True], ids=str)
def test_a_field_of_a_wrong_type_is_named(user, field, wrong):
    response = user.put(UPDATE, json={field: wrong})
    body = response.json()
    assert (response.status_code, body.get("field")) == (400, field), response.text


@pytest.mark.parametrize("mobile", ["abc", "98765x3210", "-1", 1.5])
def test_a_mobile_that_is_none_is_named(user, mobile):
    response = user.put(UPDATE, json={"mobile": mobile})
    assert (response.status_code, response.json().get("field")) == (400, "mobile"), response.text


# --- a new address


def test_a_new_address_is_unverified_and_both_are_told(shop):
    account = shop.user()
    old, new = account.email, unique("moved") + "@example.com"
    code = shop.mailbox.wait_for(old)[0].verification_code
    shop.anyone.get(f"/api/user/verify-user?code={code}")
    assert account.fetch_profile()["verify_email"] is True
    expect_updated(account.put(UPDATE, json={"email": new}))
    profile = account.fetch_profile()
    assert (profile["email"], profile["verify_email"]) == (new, False)
    shop.mailbox.wait_for(old, count=2)
    new_code = shop.mailbox.wait_for(new)[0].verification_code
    shop.anyone.get(f"/api/user/verify-user?code={new_code}")
    assert account.fetch_profile()["verify_email"] is True


def test_the_old_code_does_not_verify_the_new_address(shop):
    account = shop.user()
    code = shop.mailbox.wait_for(account.email)[0].verification_code
    expect_updated(account.put(UPDATE, json={"email": unique("moved") + "@example.com"}))
    shop.anyone.get(f"/api/user/verify-user?code={code}")
    assert account.fetch_profile()["verify_email"] is False


def test_the_old_address_is_free_again(shop):
    account = shop.user()
    expect_updated(account.put(UPDATE, json={"email": unique("moved") + "@example.com"}))
    assert shop.register(email=account.email).status_code == 200


@pytest.mark.parametrize("change", [str, str.upper])
def test_an_address_in_use_is_409(user, other_user, change):
    expect_error(user.put(UPDATE, json={"email": change(other_user.email)}), "email_in_use")
    assert user.fetch_profile()["email"] == user.email


def test_ones_own_address_may_be_sent_again(user):
    expect_updated(user.put(UPDATE, json={"email": user.email, "name": "Same"}))
    assert user.fetch_profile()["name"] == "Same"


@pytest.mark.parametrize("email", ["nonsense", "a@", 5])
def test_an_invalid_address_is_named(user, email):
    expect_error(user.put(UPDATE, json={"email": email}), "invalid_email", field="email")


# --- a new password


def test_a_new_password_counts_and_ends_the_other_sessions(shop):
    account = shop.user()
    elsewhere = account.second_session()
    expect_updated(account.put(UPDATE, json={"password": NEW_PASSWORD}))
    assert account.is_alive(), "the session that changed it stays"
    expect_error(elsewhere.get("/api/cart"), "invalid_token")
    expect_error(Client(account.server, elsewhere.refresh_token).post("/api/user/refresh-token"),
                 "invalid_refresh_token")
    login = lambda password: shop.anyone.post("/api/user/login",
                                              json={"email": account.email, "password": password})
    expect_error(login(PASSWORD), "invalid_credentials")
    assert login(NEW_PASSWORD).status_code == 200


def test_the_current_password_may_be_sent_along(user):
    expect_updated(user.put(UPDATE, json={"password": NEW_PASSWORD, "currentPassword": PASSWORD}))
    user.password = NEW_PASSWORD
    assert user.log_in().is_alive()


@pytest.mark.parametrize("password", ["short", 5, "password", "12345678"])
def test_a_weak_password_is_named(user, password):
    expect_error(user.put(UPDATE, json={"password": password}), "weak_password", field="password")
    assert user.log_in().is_alive()


def test_a_refused_update_changes_nothing(user, other_user):
    user.put(UPDATE, json={"name": "Half", "email": other_user.email})
    user.put(UPDATE, json={"name": "Half", "password": "short"})
    user.put(UPDATE, json={"name": "Half", "mobile": "abc"})
    assert user.fetch_profile()["name"] == user.profile["name"]
