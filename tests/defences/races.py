"""Many hands on the same thing leave it whole."""
from defences.defence import Defence

RESET = "src/accounts/reset_password.cpp"

DEFENCES = [
    Defence("one line for a product in a cart", "src/cart/store.cpp", "ON CONFLICT (user_id, product_id) DO NOTHING ",
            "ON CONFLICT (user_id, product_id) DO UPDATE SET quantity = 1 ", "api/test_races.py -k same_cart_line"),
    Defence("a quantity is at least 1", "src/cart/quantity.cpp", "*number < 1", "*number < -5",
            "api/test_cart.py -k no_whole_number"),
    Defence("a reset token counts once", RESET, "if (!spent) co_return", "if (false && !spent) co_return",
            "api/test_races.py -k reset_token_counts_once"),
    Defence("a quantity is at most what a cart may hold", "src/cart/quantity.cpp",
            "std::min(product.fields.stock, kMaxQuantity)", "product.fields.stock",
            unit="CartQuantity.IsAtMostWhatACart*"),
]
