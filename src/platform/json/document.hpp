// The frame around every document of the API: an id, the fields of its kind, and three stamps.
#pragma once

#include <cstdint>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"

namespace haat::json {

// As reads, updates and deletes answer it: `_id`, the fields, `createdAt`, `updatedAt`, `__v`.
template <class Fields>
struct Document {
    ObjectId id{};
    Fields fields{};
    Timestamp created_at{};
    Timestamp updated_at{};
};

// As a create answers it: the fields, then `_id`, `createdAt`, `updatedAt`, `__v`.
template <class Fields>
struct Created {
    Document<Fields> document{};
};

// As a search answers it: like a Document, with `score` at its end.
template <class Fields>
struct Scored {
    Document<Fields> document{};
    double score = 0;
};

}  // namespace haat::json
