#include "accounts/http.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::accounts {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kAvatarField = "avatar";

// What MongoDB's driver told the former backend's clients of an update.
struct UpdateReport {
    bool acknowledged = true;
    std::int64_t modifiedCount = 1;
    std::optional<std::string> upsertedId{};
    std::int64_t upsertedCount = 0;
    std::int64_t matchedCount = 1;
};
BOOST_DESCRIBE_STRUCT(UpdateReport, (),
                      (acknowledged, modifiedCount, upsertedId, upsertedCount, matchedCount))

struct UpdateAnswer {
    std::string_view message = "successfully Updated User";
    bool success = true;
    bool error = false;
    UpdateReport data{};
};
BOOST_DESCRIBE_STRUCT(UpdateAnswer, (), (message, success, error, data))

struct Avatar {
    UserId _id{};
    std::string avatar{};
};
BOOST_DESCRIBE_STRUCT(Avatar, (), (_id, avatar))

}  // namespace

Endpoint UserHttp::get_profile() {
    return {.name = "get_profile",
            .summary = "The caller's account",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<User>>,
            .errors = {ErrorCode::user_not_found},
            .handle = http::bind(this, &UserHttp::handle_get_profile)};
}

Endpoint UserHttp::update_user() {
    return {
        .name = "update_user",
        .summary = "Changes the fields that are sent",
        .tag = kTag,
        .body = BodyKind::json,
        .input = json::input_schema<UpdateUserInput>,
        .answer = json::answer_schema<UpdateAnswer>,
        .errors = {ErrorCode::email_in_use, ErrorCode::invalid_email, ErrorCode::weak_password,
                   ErrorCode::invalid_field, ErrorCode::reauthentication_required, ErrorCode::user_not_found},
        .example = R"({"name":"Asha R"})",
        .handle = http::bind(this, &UserHttp::handle_update_user)};
}

Endpoint UserHttp::upload_avatar() {
    Endpoint endpoint{.name = "upload_avatar",
                      .summary = "Sets the caller's picture",
                      .tag = kTag,
                      .body = BodyKind::upload,
                      .answer = json::answer_schema<DataAnswer<Avatar>>,
                      .errors = {ErrorCode::no_image, ErrorCode::invalid_multipart, ErrorCode::body_too_large,
                                 ErrorCode::image_too_large, ErrorCode::unsupported_image,
                                 ErrorCode::overloaded, ErrorCode::insufficient_storage},
                      .upload_field = kAvatarField,
                      .handle = http::bind(this, &UserHttp::handle_upload_avatar)};
    endpoint.make_sink = [this](const Request& request) { return media_.make_sink(request, kAvatarField); };
    return endpoint;
}

Endpoint UserHttp::make_admin() {
    return {.name = "make_admin",
            .summary = "Makes a user an administrator; the user's sessions end",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<MakeAdminInput>,
            .answer = json::answer_schema<AccountAnswer<PromotedUser>>,
            .errors = {ErrorCode::email_required, ErrorCode::invalid_field, ErrorCode::user_not_found},
            .example = R"({"email":"asha@example.com"})",
            .handle = http::bind(this, &UserHttp::handle_make_admin)};
}

awaitable<std::optional<User>> UserHttp::find_profile(db::Session& session, UserId id) {
    auto record = co_await users_.find(session, id);
    if (!record) co_return std::nullopt;
    const auto owned = co_await addresses_.book_of(session, id);
    record->user.fields.address_details = owned.ids;
    record->user.fields.default_address = owned.default_id;
    co_return std::move(record->user);
}

awaitable<Response> UserHttp::handle_get_profile(Request& request) {
    const UserId id = request.caller().user;
    const bool may_keep = !context_.db.is_shared();  // else other nodes change addresses, too
    const cache::Versions versions{.first = context_.users.version(id.text()),
                                   .second = context_.profiles.version(id.text())};
    const std::string* kept = may_keep ? profiles_.find(id.text(), versions) : nullptr;
    if (kept != nullptr) co_return http::reply_kept(*kept);
    auto find = [&](db::Session& session) { return find_profile(session, id); };
    auto user = co_await context_.db.read(find);
    if (!user) co_return Error{ErrorCode::user_not_found};
    Response response = http::reply_data(200, "Profile fetched", std::move(*user));
    if (may_keep) profiles_.keep(id.text(), versions, response.body);
    co_return response;
}

awaitable<Response> UserHttp::handle_update_user(Request& request) {
    const auto input = json::decode<UpdateUserInput>(request.body);
    if (!input) co_return input.error();
    const http::Principal caller = request.caller();
    const auto updated = co_await update_.run(caller, *input, request.client_address);
    if (!updated) co_return updated.error();
    co_return http::reply(200, UpdateAnswer{});
}

awaitable<Response> UserHttp::handle_upload_avatar(Request& request) {
    auto file = media::Media::take_file(request);
    if (!file) co_return file.error();
    const UserId id = request.caller().user;
    Attempt attempt{context_.limits.avatars, id.str()};
    if (auto error = too_many(context_, attempt.wait_s())) co_return std::move(*error);
    auto image = co_await media_.accept(std::move(*file));
    if (!image) co_return image.error();
    attempt.stands();
    const auto set = co_await avatar_.run(id, image->url);
    if (!set) co_return set.error();
    co_return http::reply_data(200, "Avatar Successfully Added", Avatar{._id = id, .avatar = image->url});
}

awaitable<Response> UserHttp::handle_make_admin(Request& request) {
    const auto input = json::decode<MakeAdminInput>(request.body);
    if (!input) co_return input.error();
    auto promoted = co_await make_admin_.run(input->email);
    if (!promoted) co_return promoted.error();
    co_return http::reply(200, AccountAnswer<PromotedUser>{.message = "User promoted to admin successfully",
                                                           .data = std::move(*promoted)});
}

}  // namespace haat::accounts
