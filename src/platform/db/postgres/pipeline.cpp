#include "platform/db/postgres/pipeline.hpp"

#include <utility>

namespace haat::db::postgres {
void Pipeline::prepare(Prepared& prepared) {
    commands_.push_back({.kind = Kind::prepare, .prepared = &prepared});
    prepared.state = Prepared::State::sent;
}

void Pipeline::statement(Call* call, Prepared& prepared) {
    commands_.push_back(
        {.kind = Kind::statement, .binds = call == nullptr, .call = call, .prepared = &prepared});
    ++in_flight_;
}

void Pipeline::sync() { commands_.push_back({.kind = Kind::sync}); }

void Pipeline::forget(const Call* call) noexcept {
    for (Command& command : commands_) {
        if (command.call == call) command.call = nullptr;
    }
}

void Pipeline::flushed() {
    for (auto command = commands_.rbegin(); command != commands_.rend() && !command->sent; ++command)
        command->sent = true;
}

std::optional<Pipeline::Answer> Pipeline::break_off() {
    broken_ = true;
    return std::nullopt;
}

std::optional<Pipeline::Answer> Pipeline::on_result(Result result, ErrorPtr error) {
    if (broken_ || commands_.empty() || result == Result::other) return break_off();
    Command& front = commands_.front();
    if (front.settled) {
        if (result != Result::none) return break_off();
        commands_.pop_front();
        return std::nullopt;
    }
    if ((result == Result::sync) != (front.kind == Kind::sync) || result == Result::none) return break_off();
    if (front.kind == Kind::sync) {  // the one result that no end follows
        group_error_.reset();
        commands_.pop_front();
        return std::nullopt;
    }
    front.settled = true;
    if (front.kind == Kind::prepare) return settle_prepare(*front.prepared, result, std::move(error));
    --in_flight_;
    return settle_statement(front, result, std::move(error));
}

std::optional<Pipeline::Answer> Pipeline::settle_prepare(Prepared& prepared, Result result, ErrorPtr error) {
    if (result == Result::done) {
        prepared.state = Prepared::State::ready;
        prepared.refused.reset();
        return std::nullopt;
    }
    prepared.state = Prepared::State::unknown;
    if (result == Result::error) {
        prepared.refused = error;
        group_error_ = std::move(error);
        group_error_binds_ = false;
    }
    return std::nullopt;
}

std::optional<Pipeline::Answer> Pipeline::settle_statement(const Command& command, Result result,
                                                           ErrorPtr error) {
    std::optional<Answer> answer;
    const ErrorPtr& refused = command.prepared->refused;
    if (result == Result::done) {
        answer = {command.call, Outcome::done, nullptr};
    } else if (result == Result::error) {
        const bool was_refused = refused && error && error->sqlstate == kNoSuchStatement;
        if (was_refused) error = refused;
        if (error && error->sqlstate == kNoSuchStatement) command.prepared->state = Prepared::State::unknown;
        if (!group_error_) {
            group_error_ = error;
            group_error_binds_ = command.binds;
        }
        answer = {command.call, Outcome::failed, std::move(error)};
    } else {
        const bool by_own_prepare = group_error_ && refused == group_error_;
        const bool by_group = group_error_ && group_error_binds_;
        answer = {command.call, by_own_prepare || by_group ? Outcome::failed : Outcome::skipped,
                  group_error_};
    }
    return command.call == nullptr ? std::nullopt : answer;
}

std::optional<Pipeline::Answer> Pipeline::next_lost() noexcept {
    broken_ = true;
    while (!commands_.empty()) {
        const Command command = commands_.front();
        commands_.pop_front();
        if (command.call == nullptr || command.settled) continue;
        return Answer{command.call, command.sent ? Outcome::unknown : Outcome::not_sent, nullptr};
    }
    in_flight_ = 0;
    return std::nullopt;
}

}  // namespace haat::db::postgres
