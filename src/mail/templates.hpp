// Which mail each event asks for (contract, §6).
//
//     kind                        payload                 to
//     accounts.registered         email, name, code       email: the link that verifies it, 24 h
//     accounts.otp_requested      email, name, otp        email: the code, 10 minutes
//     accounts.password_reset     email, name             email: it was reset by code
//     accounts.password_changed   email, name             email: it was changed
//     accounts.email_changed_old  email, name, new_email  email, the old one: where mail goes from now on
//     accounts.email_changed_new  email, name, code       email, the new one: the link that verifies it
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "mail/message.hpp"

namespace haat::mail {

// What mails say about the shop.
struct Shop {
    std::string name{};        // SHOP_NAME
    std::string public_url{};  // PUBLIC_URL: links use it and nothing that a request says
};

// The mail without its id, time and sender. The error says what is wrong with the event, without its values:
// an unknown kind, a payload that is no JSON object or lacks a field, an address that is not mailable.
std::expected<Mail, std::string> render(std::string_view kind, std::string_view payload, const Shop& shop);

// Whether a name may be greeted with. One that could pass for a link or a text of its own would let a
// stranger write to anybody in the shop's name: no control characters, no `://`, no `www.`, no dot with two
// letters right after it (mail readers make links of such), at most 64 characters.
bool is_greetable(std::string_view name);

// `j***@example.com`
std::string mask_email(std::string_view email);

}  // namespace haat::mail
