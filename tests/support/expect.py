"""The contract's errors and shapes, and assertions in its words."""
import re

E = "E"  # message, error, success
F = "F"  # message, success, error: products and authentication

ID = re.compile(r"[0-9a-f]{24}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UNKNOWN_ID = "507f1f77bcf86cd799439011"

# code: (status, message or None where it varies, key order or None where the route decides)
ERRORS = {
    "malformed_json": (400, None, E),
    "not_an_object": (400, None, E),
    "invalid_field": (400, None, None),
    "invalid_page": (400, None, None),
    "invalid_path": (400, None, None),
    "route_not_found": (404, None, E),
    "method_not_allowed": (405, None, E),
    "body_too_large": (413, None, None),
    "unsupported_media_type": (415, None, None),
    "unsupported_encoding": (415, None, None),
    "headers_too_large": (431, None, E),
    "too_many_requests": (429, None, E),
    "authentication_required": (401, "Authentication required", F),
    "invalid_token": (401, "Invalid or expired token", F),
    "admin_only": (403, "Access denied. Admin only.", E),
    "user_not_found": (404, "User not found", E),
    "cross_site_request": (403, None, E),
    "registration_incomplete": (400, "Please Provide Name , Email and Password", E),
    "invalid_email": (400, None, E),
    "weak_password": (400, None, E),
    "user_exists": (409, "User Already Exists", E),
    "login_incomplete": (400, "Email or password field is missing!", E),
    "invalid_credentials": (400, "Invalid email or password", E),
    "email_not_verified": (403, None, E),
    "invalid_verification_code": (400, "Invalid Code", E),
    "missing_refresh_token": (401, "Invalid token", E),
    "invalid_refresh_token": (401, "Invalid or expired token", E),
    "email_in_use": (409, "Email already in use", E),
    "reauthentication_required": (403, None, E),
    "email_required": (400, "Email is required", E),
    "otp_incomplete": (400, "Email and OTP are required", E),
    "invalid_otp": (400, "Invalid OTP", E),
    "reset_incomplete": (401, "Unauthorized: missing reset token or email", E),
    "invalid_reset_token": (403, "Invalid or expired reset token", E),
    "new_password_required": (400, "New password is required", E),
    "session_not_found": (404, None, E),
    "category_incomplete": (400, "Enter required fields: name and image", E),
    "category_exists": (409, "Category already exists", E),
    "invalid_category_id": (400, "Invalid category ID", E),
    "category_not_found": (404, "Category not found", E),
    "nothing_to_update": (400, "Provide at least one field to update", E),
    "sub_category_incomplete": (400, "Enter required fields: name, image, category", E),
    "sub_category_exists": (409, "SubCategory already exists", E),
    "invalid_sub_category_id": (400, "Invalid subCategory ID", E),
    "sub_category_not_found": (404, "SubCategory not found", E),
    "product_incomplete": (400, "Required fields missing: name, image, category, subCategory, price", F),
    "invalid_category_id_format": (400, "Invalid category ID format", None),
    "category_id_not_found": (400, None, None),
    "invalid_sub_category_id_format": (400, "Invalid subCategory ID format", F),
    "sub_category_id_not_found": (400, None, F),
    "sub_category_not_in_categories": (400, None, F),
    "invalid_product_id": (400, "Invalid product ID", None),
    "product_not_found": (404, "Product not found", None),
    "product_not_available": (403, "Product is not available", None),
    "search_query_required": (400, "Search query is required", F),
    "discount_out_of_range": (400, "Discount must be between 0 and 100", F),
    "negative_stock": (400, "Stock cannot be negative", F),
    "negative_price": (400, "Price cannot be negative", F),
    "product_already_in_cart": (409, "Product already in cart", E),
    "only_in_stock": (400, None, E),
    "invalid_cart_item_id": (400, "Invalid cart item ID", E),
    "quantity_required": (400, "Quantity is required", E),
    "quantity_too_small": (400, "Quantity must be at least 1", E),
    "cart_item_not_found": (404, "Cart item not found", E),
    "product_gone": (409, None, E),
    "address_incomplete": (400, "Enter required fields: address_line, city, state, pincode, country, mobile",
                           E),
    "invalid_pincode": (400, "Invalid pincode format (must be 6 digits)", E),
    "invalid_mobile": (400, "Invalid mobile number format (must be 10 digits)", E),
    "invalid_address_id": (400, "Invalid address ID", E),
    "address_not_found": (404, "Address not found", E),
    "no_image": (400, "No image file provided", E),
    "invalid_multipart": (400, None, E),
    "image_too_large": (413, None, E),
    "unsupported_image": (415, None, E),
    "media_not_found": (404, None, E),
}


def expect_error(response, code, order=None, field=None, message=None):
    """The answer is this error, to the letter. order and message: where the table leaves them open."""
    status, fixed_message, fixed_order = ERRORS[code]
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), response.text
    if message or fixed_message:
        assert body["message"] == (message or fixed_message)
    if order or fixed_order:
        assert list(body)[1] == {"E": "error", "F": "success"}[order or fixed_order], response.text
    if field is not None:
        assert body.get("field") == field, response.text
    return body


def expect_data(response, status, message, keys=("message", "data", "success", "error")):
    """The answer succeeded with exactly these keys in this order; returns its data."""
    assert response.status_code == status, response.text
    body = response.json()
    assert list(body) == list(keys), response.text
    if message is not None:
        assert body["message"] == message
    assert body["success"] is True and body["error"] is False
    return body.get("data")


USER = ["name", "email", "avatar", "mobile", "verify_email", "last_login_date", "status", "address_details",
        "default_address", "shopping_cart", "orderHistory", "role"]
CATEGORY = ["name", "image"]
SUB_CATEGORY = ["name", "image", "category"]
PRODUCT = ["name", "image", "category", "subCategory", "unit", "stock", "price", "discount", "description",
           "more_details", "publish"]
ADDRESS = ["address_line", "city", "state", "pincode", "country", "mobile", "status", "userId"]
CART_ADDED = ["productId", "quantity", "userId"]
CART_PRODUCT = ["_id", "name", "image", "category", "subCategory", "stock", "price", "discount"]

STAMPS = ["createdAt", "updatedAt", "__v"]


def expect_document(document, fields, created=False, absent=()):
    """Keys in the contract's order: `_id` behind the fields of a created document, before those of a read one."""
    fields = [name for name in fields if name not in absent]
    assert list(document) == (fields + ["_id"] if created else ["_id"] + fields) + STAMPS
    expect_stamps(document)


def expect_stamps(document):
    assert ID.fullmatch(document["_id"])
    assert DATE.fullmatch(document["createdAt"]) and DATE.fullmatch(document["updatedAt"])
    assert document["__v"] == 0
