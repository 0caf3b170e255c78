// Addresses on a real database, and what their endpoints answer.
#include <gtest/gtest.h>

#include <thread>

#include "addresses/addresses.hpp"
#include "addresses/http.hpp"
#include "platform/db/query.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::addresses {
namespace {

AddAddressInput valid() {
    return {.address_line = "12 Lake Road",
            .city = "Mumbai",
            .state = "Maharashtra",
            .pincode = {.valid = true, .text = "400001"},
            .country = "India",
            .mobile = {.valid = true, .text = "9876543210"}};
}

awaitable<Result<bool>> insert_two_defaults(db::Transaction& tx, UserId user) {
    const AddressStore store;
    for (int i = 0; i < 2; ++i) {
        const Address address{
            .id = AddressId::make(),
            .fields = {.pincode = "400001", .mobile = 9'876'543'210, .status = true, .userId = user}};
        const auto inserted = co_await store.insert(tx, address);
        if (!inserted) co_return std::unexpected{inserted.error()};
    }
    co_return true;
}

class AddressStoreTest : public contract::OnEachEngine {
protected:
    AddressId add(UserId user) { return AddressId{run_sync(change_.add(user, valid())).value().id}; }
    AddressBook book(UserId user) {
        auto body = [&](db::Session& session) { return facade_.book_of(session, user); };
        return run_sync(shop_.db().read(body));
    }
    std::vector<Address> list(UserId user) {
        auto body = [&](db::Session& session) { return store_.list(session, user); };
        return run_sync(shop_.db().read(body));
    }
    http::Response call(const http::Endpoint& endpoint, std::string_view body = {}, std::string param = {}) {
        http::Request request;
        request.body = body;
        request.params[0] = std::move(param);
        request.principal = http::Principal{.user = user_};
        return run_sync(endpoint.handle(request));
    }
    static ErrorCode code_of(const http::Response& response) {
        return response.error ? response.error->code : ErrorCode::internal;
    }

    contract::ShopDatabase shop_{GetParam()};
    ChangeAddresses change_{shop_.db(), shop_.profiles_topic};
    AddressHttp http_{shop_.db(), shop_.profiles_topic};
    AddressStore store_;
    Addresses facade_;
    const UserId user_ = shop_.add_user();
    const UserId other_ = shop_.add_user();
};

INSTANTIATE_ON_EACH_ENGINE(AddressStoreTest);

TEST_P(AddressStoreTest, ANewOneBecomesTheDefaultAndOthersKeepTheirStamp) {
    const auto first = run_sync(change_.add(user_, valid())).value();
    EXPECT_TRUE(first.fields.status);
    set_clock_offset_ms(5'000);
    const AddressId second = add(user_);
    set_clock_offset_ms(0);
    const AddressId others = add(other_);

    EXPECT_EQ(book(user_).ids, (std::vector{AddressId{first.id}, second}));
    EXPECT_EQ(book(user_).default_id, second);
    EXPECT_EQ(book(other_).default_id, others);
    const auto listed = list(user_);
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].id, second) << "newest first";
    EXPECT_FALSE(listed[1].fields.status);
    EXPECT_EQ(listed[1].updated_at, first.updated_at);
}

TEST_P(AddressStoreTest, AUserWithoutAddressesHasAnEmptyBook) {
    EXPECT_TRUE(book(user_).ids.empty());
    EXPECT_FALSE(book(user_).default_id);
}

TEST_P(AddressStoreTest, TheBookIsOneStatement) {
    for (int i = 0; i < 5; ++i) add(user_);
    const auto before = shop_.statements();
    EXPECT_EQ(book(user_).ids.size(), 5U);
    EXPECT_EQ(shop_.statements() - before, 1);
}

TEST_P(AddressStoreTest, AnotherCanBeMadeTheDefault) {
    const AddressId first = add(user_);
    add(user_);
    for (int i = 0; i < 2; ++i) {
        const auto chosen = run_sync(change_.set_default(user_, first));
        ASSERT_TRUE(chosen);
        EXPECT_TRUE(chosen->fields.status);
        EXPECT_EQ(book(user_).default_id, first);
    }
}

TEST_P(AddressStoreTest, ARefusedChoiceLeavesTheDefault) {
    const AddressId mine = add(user_);
    const AddressId others = add(other_);
    for (const AddressId id : {AddressId::make(), others}) {
        const auto refused = run_sync(change_.set_default(user_, id));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::address_not_found);
    }
    EXPECT_EQ(book(user_).default_id, mine);
    EXPECT_EQ(book(other_).default_id, others);
}

TEST_P(AddressStoreTest, DeletingTheDefaultLeavesNone) {
    const AddressId first = add(user_);
    const AddressId second = add(user_);
    ASSERT_TRUE(run_sync(change_.remove(user_, second)));
    EXPECT_FALSE(book(user_).default_id);
    EXPECT_EQ(book(user_).ids, std::vector{first});
    ASSERT_TRUE(run_sync(change_.set_default(user_, first)));
    const AddressId third = add(user_);
    ASSERT_TRUE(run_sync(change_.remove(user_, first)));
    EXPECT_EQ(book(user_).default_id, third);
}

TEST_P(AddressStoreTest, AnUpdateChangesOnlyWhatIsSent) {
    const AddressId id = add(user_);
    set_clock_offset_ms(5'000);
    const UpdateAddressInput input{.city = "Pune",
                                   .mobile = json::Loose{.valid = true, .text = "9999999999"}};
    const auto updated = run_sync(change_.update(user_, id, input));
    set_clock_offset_ms(0);
    ASSERT_TRUE(updated);
    EXPECT_EQ(updated->fields.city, "Pune");
    EXPECT_EQ(updated->fields.mobile, 9'999'999'999);
    EXPECT_EQ(updated->fields.address_line, "12 Lake Road");
    EXPECT_EQ(updated->fields.pincode, "400001");
    EXPECT_TRUE(updated->fields.status);
    EXPECT_GE(updated->updated_at, updated->created_at + 5'000);
    EXPECT_EQ(json::to_string(list(user_).front()), json::to_string(*updated));
}

TEST_P(AddressStoreTest, WhatIsAnothersIsNotFound) {
    const AddressId id = add(other_);
    const UpdateAddressInput input{.city = "Pune"};
    EXPECT_EQ(run_sync(change_.update(user_, id, input)).error().code, ErrorCode::address_not_found);
    EXPECT_EQ(run_sync(change_.remove(user_, id)).error().code, ErrorCode::address_not_found);
    EXPECT_EQ(list(other_).front().fields.city, "Mumbai");
    EXPECT_TRUE(list(user_).empty());
}

TEST_P(AddressStoreTest, AnAccountHoldsABoundedNumber) {
    for (std::int64_t i = 0; i < kMaxAddresses; ++i) add(user_);
    const auto before = book(user_);
    const auto refused = run_sync(change_.add(user_, valid()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(message_of(refused.error()), "An account holds at most 100 addresses");
    EXPECT_EQ(book(user_).ids, before.ids);
    EXPECT_EQ(book(user_).default_id, before.default_id) << "a refused one does not take the default away";
    add(other_);
}

TEST_P(AddressStoreTest, RefusesWhoIsGone) {
    const auto refused = run_sync(change_.add(UserId::make(), valid()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::user_not_found);
}

TEST_P(AddressStoreTest, TheDatabaseItselfKeepsDefaultsSingle) {
    auto body = [&](db::Transaction& tx) { return insert_two_defaults(tx, user_); };
    EXPECT_THROW(static_cast<void>(run_sync(shop_.db().transact(body))), db::ConstraintViolation);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM addresses"), 0);
}

TEST_P(AddressStoreTest, WhoeverChoosesAtOnceOneDefaultIsLeft) {
    std::vector<AddressId> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(add(user_));
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < 30; ++i) {
            threads.emplace_back(
                [this, id = ids[i % 5]] { EXPECT_TRUE(run_sync(change_.set_default(user_, id))); });
            if (i % 3 == 0) threads.emplace_back([this] { add(user_); });
        }
    }
    EXPECT_EQ(book(user_).ids.size(), 15U);
    EXPECT_TRUE(book(user_).default_id);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM addresses WHERE is_default = 1"), 1);
}

TEST_P(AddressStoreTest, GoesWithItsOwner) {
    add(user_);
    const AddressId kept = add(other_);
    shop_.delete_user(user_);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM addresses"), 1);
    EXPECT_EQ(book(other_).default_id, kept);
}

constexpr std::string_view kBody =
    R"({"address_line":"12 Lake Road","city":"Mumbai","state":5,"pincode":400001,"country":"India",)"
    R"("mobile":"9876543210","status":false,"userId":"507f1f77bcf86cd799439011"})";

TEST_P(AddressStoreTest, AnAddAnswersTheIdBehindTheFieldsAndOthersBeforeThem) {
    const auto added = call(http_.add_address(), kBody);
    EXPECT_EQ(added.status, 201);
    const Address address = list(user_).front();
    const auto created = to_iso(address.created_at);
    const std::string fields =
        R"("address_line":"12 Lake Road","city":"Mumbai","state":"5","pincode":"400001","country":"India",)"
        R"("mobile":9876543210,"status":true,"userId":")" +
        user_.str() + R"(",)";
    const std::string id = R"("_id":")" + address.id.str() + R"(",)";
    const std::string stamps = R"("createdAt":")" + std::string{view(created)} + R"(","updatedAt":")" +
                               std::string{view(created)} + R"(","__v":0)";
    EXPECT_EQ(added.body, R"({"message":"Address added successfully","data":{)" + fields + id + stamps +
                              R"(},"success":true,"error":false})");
    EXPECT_EQ(call(http_.list_addresses()).body, R"({"message":"Addresses fetched","data":[{)" + id + fields +
                                                     stamps + R"(}],"success":true,"error":false})");
    EXPECT_EQ(call(http_.delete_address(), {}, address.id.str()).body,
              R"({"message":"Address deleted successfully","data":{)" + id + fields + stamps +
                  R"(},"success":true,"error":false})");
    EXPECT_EQ(call(http_.list_addresses()).body,
              R"({"message":"Addresses fetched","data":[],"success":true,"error":false})");
}

TEST_P(AddressStoreTest, UpdateAndChoiceSayWhatTheyDid) {
    const auto id = add(user_).str();
    EXPECT_TRUE(call(http_.update_address(), R"({"city":"Pune"})", id)
                    .body.starts_with(R"({"message":"Address updated successfully","data":{"_id":")" + id));
    EXPECT_TRUE(
        call(http_.set_default_address(), {}, id)
            .body.starts_with(R"({"message":"Default address updated successfully","data":{"_id":")" + id));
}

TEST_P(AddressStoreTest, AnAddIsRefusedInTheOrderOfTheContract) {
    const std::pair<std::string_view, ErrorCode> cases[] = {
        {"{}", ErrorCode::address_incomplete},
        {R"({"pincode":"1","mobile":"1"})", ErrorCode::address_incomplete},
        {R"({"address_line":"x","city":"","state":"x","pincode":"1","country":"x","mobile":"1"})",
         ErrorCode::address_incomplete},
        {R"({"address_line":"x","city":["x"],"state":"x","pincode":"1","country":"x","mobile":"1"})",
         ErrorCode::invalid_field},
        {R"({"address_line":"x","city":"x","state":"x","pincode":"1","country":"x","mobile":"1"})",
         ErrorCode::invalid_pincode},
        {R"({"address_line":"x","city":"x","state":"x","pincode":"400001","country":"x","mobile":true})",
         ErrorCode::invalid_mobile}};
    for (const auto& [body, code] : cases) EXPECT_EQ(code_of(call(http_.add_address(), body)), code) << body;
    EXPECT_TRUE(list(user_).empty());
}

TEST_P(AddressStoreTest, AnUpdateIsRefusedInTheOrderOfTheContract) {
    const auto unknown = AddressId::make().str();
    EXPECT_EQ(code_of(call(http_.update_address(), "{}", "abc")), ErrorCode::invalid_address_id);
    const std::pair<std::string_view, ErrorCode> cases[] = {
        {"{}", ErrorCode::nothing_to_update},
        {R"({"city":"","mobile":0,"state":null,"pincode":false})", ErrorCode::nothing_to_update},
        {R"({"status":false,"foo":1})", ErrorCode::nothing_to_update},
        {R"({"city":{"a":1}})", ErrorCode::invalid_field},
        {R"({"pincode":"1","mobile":"1"})", ErrorCode::invalid_pincode},
        {R"({"pincode":"","mobile":"1"})", ErrorCode::invalid_mobile},
        {R"({"city":"x"})", ErrorCode::address_not_found}};
    for (const auto& [body, code] : cases) {
        EXPECT_EQ(code_of(call(http_.update_address(), body, unknown)), code) << body;
    }
    EXPECT_EQ(code_of(call(http_.delete_address(), {}, "abc")), ErrorCode::invalid_address_id);
    EXPECT_EQ(code_of(call(http_.set_default_address(), {}, "abc")), ErrorCode::invalid_address_id);
}

TEST_P(AddressStoreTest, IdsAreAcceptedInEitherCase) {
    std::string id = add(user_).str();
    std::ranges::transform(id, id.begin(),
                           [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
    EXPECT_EQ(call(http_.delete_address(), {}, id).status, 200);
    EXPECT_TRUE(list(user_).empty());
}

}  // namespace
}  // namespace haat::addresses
