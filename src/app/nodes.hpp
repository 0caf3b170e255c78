// What joins this node to the others of its shop, on a database that they share.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/core.hpp"
#include "platform/db/postgres/follower.hpp"
#include "platform/db/postgres/replicas.hpp"

namespace haat::app {

class Nodes {
public:
    // Hears of the others' changes from now on. Opens the replicas on DATABASE_READ_URLS; one that is not
    // there is asked again later. Throws std::runtime_error with a line for the operator.
    explicit Nodes(Core& core);

    // Where reads of the catalogue go.
    db::Database& catalog_reads();
    // What shared views of the catalogue are kept under; see db::postgres::Follower::stamp.
    [[nodiscard]] std::optional<std::string> catalog_stamp() const { return follower_.stamp(); }
    // See db::Database::attach.
    void attach(asio::io_context& context);

private:
    void watch();

    Core& core_;
    db::postgres::Follower follower_;
    std::unique_ptr<db::postgres::ReplicaReads> replicas_;  // nullptr: none are configured
};

}  // namespace haat::app
