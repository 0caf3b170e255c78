// Tells the token buckets of one thread what was taken from those of others, on this node and elsewhere, so
// that a client has one allowance wherever his requests arrive. No request waits for it: each thread decides
// by what it knows, and who took too much meanwhile owes it.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>

#include "platform/async.hpp"
#include "platform/http/pipeline/token_buckets.hpp"

namespace haat::http {

class BucketExchange {
public:
    virtual ~BucketExchange() = default;

    // On each I/O thread ten times a second, with its buckets and its event loop.
    virtual void exchange(TokenBuckets& buckets, asio::io_context& context, std::int64_t now_ms) = 0;
};

}  // namespace haat::http
