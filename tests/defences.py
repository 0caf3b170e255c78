"""Defences that are a few words in one source, and the tests that must fail without them (tools/without_defences).

`find` stands once in `source`; `replace` takes its place. `tests` are arguments for pytest below tests/, or a filter for
haat_tests.
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Defence:
    name: str
    source: str
    find: str
    replace: str
    tests: str = ""
    unit: str = ""


LOG_IN = "src/accounts/log_in.cpp"
RESET = "src/accounts/reset_password.cpp"
TOKEN = "src/platform/crypto/token.cpp"
PARSER = "src/platform/http/parser.cpp"
WRITER = "src/platform/db/sqlite/writer.cpp"
STEPS = "faults/test_steps.py -k"
SESSIONS = "api/test_tokens_sessions.py -k"

DEFENCES = [
    # --- what is acknowledged is there, as a whole or not at all
    Defence("a commit is answered after it", WRITER,
            '        fail_point("commit");\n', '        for (const Job& job : batch) job.resume();\n        fail_point("commit");\n',
            "faults/test_kills.py"),
    Defence("what a refused transaction wrote is rolled back", WRITER,
            'if (!tx.wants_commit) connection_.exec("ROLLBACK TO job");', "",
            STEPS + " failure_at_any_step_and_sqlite_and_second"),
    Defence("a commit is on disk", "src/platform/db/sqlite/connection.cpp",
            "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF", unit="Sqlite*ACommitIsOnDisk*"),
    Defence("a full disk is no fault of the program", "src/platform/db/sqlite/connection.cpp",
            "        case SQLITE_FULL:\n", "", "faults/test_full_disk.py -k volume_and_sqlite"),
    Defence("a statement that failed ends its transaction (PostgreSQL)", "src/platform/db/postgres/postgres_database.cpp",
            "if (wants_commit) position = co_await commit(tx);", "position = co_await commit(tx);",
            unit="*Engines*Transaction*/postgres:Database*/postgres"),
    # --- many hands on the same thing
    Defence("one line for a product in a cart", "src/cart/store.cpp",
            "ON CONFLICT (user_id, product_id) DO NOTHING ", "ON CONFLICT (user_id, product_id) DO UPDATE SET quantity = 1 ",
            "api/test_races.py -k same_cart_line"),
    Defence("a quantity is at least 1", "src/cart/quantity.cpp", "*number < 1", "*number < -5",
            "api/test_cart.py -k no_whole_number"),
    Defence("a reset token counts once", RESET, "if (!spent) co_return", "if (false && !spent) co_return",
            "api/test_races.py -k reset_token_counts_once"),
    # --- bytes
    Defence("Content-Length beside Transfer-Encoding is refused", PARSER,
            "if (content_lengths_ == 1 && transfer_encodings_ > 0) {", "if (false) {",
            unit="HttpParser.RefusesWhatIsAmbiguousOrMalformed"),
    Defence("a second Content-Length is refused", PARSER, "if (content_lengths_ > 1)", "if (false)",
            unit="HttpParser.RefusesWhatIsAmbiguousOrMalformed"),
    Defence("a Content-Length is digits", PARSER, "if (!is_plain_digits(to_std(value)))",
            "if (false && !is_plain_digits(to_std(value)))", unit="HttpParser.RefusesWhatIsAmbiguousOrMalformed"),
    Defence("a folded header is refused", PARSER, "if (!first_line && (first == ' ' || first == '\\t'))",
            "if (false && (first == ' ' || first == '\\t'))", unit="HttpParser.RefusesWhatIsAmbiguousOrMalformed"),
    Defence("a line ends with CR LF", PARSER, "if (newline == 0 || data[newline - 1] != '\\r')", "if (newline == 0)",
            unit="HttpParser.RefusesWhatIsAmbiguousOrMalformed"),
    Defence("at most 100 header lines", PARSER, "if (request.headers.size() >= kMaxHeaders)", "if (false)",
            "hostile/test_limits.py -k header_lines"),
    Defence("a target of at most 8 KiB", PARSER, "if (target.size() > kMaxTargetBytes)", "if (false)",
            "hostile/test_limits.py -k target_over"),
    Defence("chunk extensions are bounded", PARSER, "if (extensions.size() > kMaxChunkExtensionBytes)", "if (false)",
            unit="HttpParser.AChunkExtensionIsBounded"),
    Defence("JSON is at most 32 deep", "src/platform/json/decode.cpp", "kMaxDepth = 32", "kMaxDepth = 100'000",
            "hostile/test_limits.py -k json"),
    Defence("a client's address is believed from proxies only", "src/platform/http/pipeline/client_address.cpp",
            "while (!rest.empty() && proxies.contains(client)) {", "while (!rest.empty()) {",
            "hostile/test_limits.py -k no_header_makes"),
    # --- people
    Defence("a signature has to fit", TOKEN,
            "if (!parts || !constant_time_equal(parts->signature, signature_of(parts->signing_input)))", "if (!parts)",
            SESSIONS + " not_ours"),
    Defence("a token ends", TOKEN, "return now < claims.expires_at && ", "return ", SESSIONS + " ends_by_itself"),
    Defence("a token has a type", TOKEN, '!is_text(object->if_contains("typ"), name_of(type_)) ||', "",
            unit="Token.of_another_type*"),
    Defence("a token is signed by one algorithm", TOKEN, '!is_text(object->if_contains("alg"), "HS256")', "false",
            unit="Token.of_another_algorithm*"),
    Defence("a header has nothing that chooses the key", TOKEN,
            "return object->size() == (type == nullptr ? 1U : 2U);", "return object->size() > 0;",
            unit="Token.header_with_anything_else*"),
    Defence("a copied refresh token ends the session", LOG_IN, "if (!is_current && !is_just_replaced) {", "if (false) {",
            SESSIONS + " replay"),
    Defence("a logout is known to all threads at once", LOG_IN,
            "if (!ended) co_return fail(ErrorCode::session_not_found);\n    tx.touch(context_.users, user.text());",
            "if (!ended) co_return fail(ErrorCode::session_not_found);", SESSIONS + " logout_ends"),
    Defence("a login checks again what it hashed", LOG_IN, " || current->password_hash != record.password_hash", "",
            "api/test_races.py -k just_replaced"),
    Defence("an unknown address costs a hash", LOG_IN, "std::string{crypto::dummy_hash()}", "std::string{}",
            "api/test_register_login.py -k takes_as_long"),
    Defence("a code has five tries", RESET, "reset->otp_tries + 1 >= kMaxOtpTries", "reset->otp_tries > 1'000'000",
            "api/test_password_reset.py -k five_wrong"),
    Defence("three codes an hour", RESET, "context_.options.rate_limits && requests > kMaxOtpRequests", "false",
            "api/test_register_login.py -k three_codes"),
    Defence("a new password ends the sessions", RESET, "    co_await sessions_.end_all(tx, record.id());\n", "",
            "api/test_password_reset.py -k can_be_replaced"),
    Defence("a reset token is its owner's", RESET, "if (!reset || reset->token_hash != token_hash) co_return std::nullopt;",
            "if (!reset) co_return std::nullopt;", "api/test_password_reset.py -k wrong_reset_token"),
    Defence("ten failed logins close an account", "src/accounts/throttle.cpp", "if (all.size() < limit_.count) return 0;",
            "if (all.size() < limit_.count || true) return 0;", "api/test_register_login.py -k ten_failed"),
    Defence("an admin key that is not set opens nothing", "src/accounts/register.cpp",
            "if (context_.options.admin_key.empty() || !in.adminKey) return false;", "if (!in.adminKey) return false;",
            "api/test_register_login.py -k unset_admin_key"),
    Defence("a foreign page changes nothing by cookie", "src/platform/http/pipeline/csrf.cpp",
            'return source.has_value() || iequals(site, "cross-site");', "return false;",
            "api/test_cors_csrf.py -k cross_site_write"),
    Defence("administrators' routes are theirs", "src/platform/http/pipeline/pipeline.cpp",
            "if (route.access == Access::admin && !principal->is_admin)", "if (false)", "api/test_matrix.py -k no_admin"),
    Defence("another's session is not to be ended", "src/accounts/session_store.cpp",
            '"DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING id"',
            '"DELETE FROM sessions WHERE id = $1 AND $2 <> \'\' RETURNING id"', SESSIONS + " another_users"),
    Defence("another's cart line is not found", "src/cart/store.cpp",
            '"DELETE FROM cart_items WHERE user_id = $1 AND id = $2 RETURNING "',
            '"DELETE FROM cart_items WHERE $1 <> \'\' AND id = $2 RETURNING "', "api/test_cart.py -k another_users"),
    Defence("another's address is not found", "src/addresses/store.cpp",
            '"DELETE FROM addresses WHERE user_id = $1 AND id = $2 RETURNING "',
            '"DELETE FROM addresses WHERE $1 <> \'\' AND id = $2 RETURNING "', "api/test_address.py -k anothers_are"),
    Defence("addresses are the same in any case", "src/accounts/email.cpp", "return fold_case(email);",
            "return std::string{email};", "api/test_register_login.py -k taken_once"),
    Defence("an address cannot break a mail's head", "src/accounts/email.cpp",
            "std::ranges::all_of(local, is_local_byte) &&", "(true || std::ranges::all_of(local, is_local_byte)) &&",
            unit="Email.RefusesWhatIsNone*"),
    Defence("a name is text in a mail", "src/mail/letter.cpp", "const auto text = escape_html(paragraph.text);",
            "const auto text = std::string{paragraph.text};", "api/test_mail.py"),
    Defence("a subject has no line breaks", "src/mail/message.cpp", "const auto text = without_controls(subject);",
            "const std::string text{subject};", unit="*Message*:*Mail*"),
    Defence("a pincode does not begin with 0", "src/addresses/rules.cpp", " && text.front() != '0'", "",
            "api/test_address.py -k pincode_is"),
    # --- pictures
    Defence("pixels are counted by the header", "src/media/image.cpp", "if (!fits(source.get())) {",
            "if (false && !fits(source.get())) {", "api/test_media.py -k too_many_pixels"),
    Defence("a picture loses its metadata", "src/media/image.cpp",
            "picture_of_webp({static_cast<const char*>(webp), size})",
            "std::string{static_cast<const char*>(webp), size}", "api/test_media.py -k loses_its_metadata"),
    Defence("a PNG's texts are not unpacked", "src/media/image.cpp", "is_png(bytes) ? picture_of_png(bytes) : std::string{}",
            "std::string{}", unit="ProcessImage.CompressedText*"),
    Defence("only stored pictures are served", "src/media/local_store.cpp",
            "if (!is_stored_name(file)) return std::nullopt;", "", unit="LocalImages.*"),
    Defence("a password costs 19 MiB", "src/platform/crypto/password.cpp", ".memory_kib = 19 * 1024", ".memory_kib = 8 * 1024",
            unit="Password.new_hashes*"),
    Defence("no byte of a password is behind a NUL", "src/platform/crypto/password.cpp",
            "constant_time_equal(computed, hash) && whole;", "constant_time_equal(computed, hash) && (whole || true);",
            unit="Password.bcrypt_refuses*"),
]
