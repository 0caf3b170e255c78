#include <boost/describe.hpp>
#include <boost/json/serialize.hpp>
#include <boost/mp11.hpp>

#include <tuple>

#include "accounts/change_user.hpp"
#include "accounts/log_in.hpp"
#include "accounts/register.hpp"
#include "accounts/reset_password.hpp"
#include "addresses/change_addresses.hpp"
#include "addresses/rules.hpp"
#include "cart/add_item.hpp"
#include "cart/change_quantity.hpp"
#include "cart/quantity.hpp"
#include "catalog/change_category.hpp"
#include "catalog/change_product.hpp"
#include "platform/json/decode.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

// A number's text may be longer than what was sent: 1e20.
constexpr std::size_t kMaxNumberText = 32;

using Inputs =
    std::tuple<accounts::RegisterInput, accounts::LoginInput, accounts::UpdateUserInput,
               accounts::MakeAdminInput, accounts::ForgetPasswordInput, accounts::VerifyOtpInput,
               accounts::ResetPasswordInput, addresses::AddAddressInput, addresses::UpdateAddressInput,
               cart::AddItemInput, cart::ChangeQuantityInput, catalog::CreateCategoryInput,
               catalog::UpdateCategoryInput, catalog::CreateSubCategoryInput, catalog::UpdateSubCategoryInput,
               catalog::CreateProductInput, catalog::UpdateProductInput, catalog::ProductReferences>;

template <class Input>
using MembersOf =
    boost::describe::describe_members<Input, boost::describe::mod_public | boost::describe::mod_inherited>;

// What rules behind the fields rely on.
struct FieldCheck {
    std::string_view body;

    void operator()(const json::Loose& value) const {
        if (!value.valid) require(value.text.empty(), "what is no text has none");
        if (const auto quantity = cart::read_quantity(value))
            require(*quantity >= 1, "a quantity is positive");
        if (const auto pincode = addresses::read_pincode(value))
            require(pincode->size() == 6, "a pincode has 6 digits");
        if (const auto mobile = addresses::read_mobile(value))
            require(*mobile >= 1'000'000'000 && *mobile <= 9'999'999'999, "a mobile number has 10 digits");
        operator()(value.text);
    }
    void operator()(const std::string& value) const {
        require(value.size() <= body.size() + kMaxNumberText, "a text is no longer than what was sent");
    }
    void operator()(const json::RawObject& value) const {
        const auto again = json::parse_object(value.text);
        require(again.has_value(), "an object that is kept can be read again");
    }
    template <class T>
    void operator()(const std::optional<T>& value) const {
        if (value) operator()(*value);
    }
    template <class T>
    void operator()(const std::vector<T>& value) const {
        for (const T& element : value) operator()(element);
    }
    void operator()(const json::IdTexts& value) const { operator()(value.texts); }
    void operator()(std::int64_t) const {}
    void operator()(bool) const {}
    void operator()(Money) const {}
    void operator()(Percent) const {}
};

template <class Input>
void check(std::string_view body, const boost::json::object& object) {
    const auto input = json::decode<Input>(object);
    if (!input) {
        const auto& error = input.error();
        require(error.code == ErrorCode::invalid_field || error.code == Input::rules.incomplete,
                "a wrong field is named, a missing one reported");
        require(!error.field.empty(), "an error names its field");
        return;
    }
    boost::mp11::mp_for_each<MembersOf<Input>>(
        [&](auto member) { FieldCheck{body}((*input).*member.pointer); });
}

}  // namespace

void json_inputs(std::string_view body) {
    const auto object = json::parse_object(body);
    if (!object) {
        const auto code = object.error().code;
        require(code == ErrorCode::malformed_json || code == ErrorCode::not_an_object, "two errors, no more");
        return;
    }
    boost::mp11::mp_for_each<Inputs>(
        [&](const auto& input) { check<std::remove_cvref_t<decltype(input)>>(body, *object); });
}

}  // namespace haat::fuzz
