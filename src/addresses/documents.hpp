// An address, as the API shows it.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>

#include "kernel/object_id.hpp"
#include "platform/json/document.hpp"

namespace haat::addresses {

struct AddressFields {
    std::string address_line{};
    std::string city{};
    std::string state{};
    std::string pincode{};  // six digits
    std::string country{};
    std::int64_t mobile = 0;  // ten digits
    bool status = false;      // whether it is the default
    UserId userId{};
};
BOOST_DESCRIBE_STRUCT(AddressFields, (),
                      (address_line, city, state, pincode, country, mobile, status, userId))
using Address = json::Document<AddressFields>;

}  // namespace haat::addresses
