// The images of a made-up shop, as files in the data folder.
#pragma once

#include <cstdint>
#include <string>

#include "app/seed/generator.hpp"
#include "media/local_store.hpp"

namespace haat::seed {

// Of the generator's image `number`, as a WebP file. Blocking: some 20 ms. Throws std::runtime_error.
std::string make_image(std::uint64_t seed, std::uint32_t number);

// Draws the image and keeps it under its name, unless there is one already. false: there was.
// Throws as media::LocalStore.
bool keep_image(media::LocalStore& store, const Generator& generator, std::uint32_t number);

}  // namespace haat::seed
