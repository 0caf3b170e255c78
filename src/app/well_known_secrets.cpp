#include "app/well_known_secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace haat::app {

bool is_well_known(std::string_view secret) {
    static constexpr auto kWellKnown = std::to_array<std::string_view>({
        "secret",
        "secretkey",
        "mysecret",
        "mysecretkey",
        "supersecret",
        "yoursecret",
        "yoursecretkey",
        "jwtsecret",
        "accesssecret",
        "refreshsecret",
        "accesstokensecret",
        "refreshtokensecret",
        "changeme",
        "changeit",
        "password",
        "password1",
        "password123",
        "admin",
        "admin123",
        "adminsecret",
        "adminsecretkey",
        "administrator",
        "test",
        "default",
        "example",
        "qwerty",
        "12345678",
        "123456789",
        "1234567890",
        "blinkitadmin123",
    });
    std::string letters;
    for (const char c : secret) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0) letters += static_cast<char>(std::tolower(byte));
    }
    return std::ranges::find(kWellKnown, letters) != kWellKnown.end();
}

}  // namespace haat::app
