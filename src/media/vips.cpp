#include "media/vips.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace haat::media {
namespace {

// Stays loaded: GLib's types cannot be taken back.
void* open_library() {
    void* library = dlopen(HAAT_VIPS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error{"images need libvips: " + std::string{dlerror()}};
    return library;
}

template <class Function>
void find(void* library, const char* name, Function& function) {
    void* const found = dlsym(library, name);
    if (found == nullptr) throw std::runtime_error{"images need another libvips: " + std::string{dlerror()}};
    function = reinterpret_cast<Function>(found);
}

Vips find_functions(void* library) {
    Vips functions{};
#define HAAT_FIND(name) find(library, #name, functions.name)
    HAAT_FIND(vips_autorot);
    HAAT_FIND(vips_block_untrusted_set);
    HAAT_FIND(vips_cache_set_max);
    HAAT_FIND(vips_cast_uchar);
    HAAT_FIND(vips_colourspace);
    HAAT_FIND(vips_concurrency_set);
    HAAT_FIND(vips_error_buffer);
    HAAT_FIND(vips_error_clear);
    HAAT_FIND(vips_gifload_buffer);
    HAAT_FIND(vips_heifload_buffer);
    HAAT_FIND(vips_icc_transform);
    HAAT_FIND(vips_image_copy_memory);
    HAAT_FIND(vips_image_get_height);
    HAAT_FIND(vips_image_get_orientation);
    HAAT_FIND(vips_image_get_typeof);
    HAAT_FIND(vips_image_get_width);
    HAAT_FIND(vips_image_new_from_memory);
    HAAT_FIND(vips_init);
    HAAT_FIND(vips_jpegload_buffer);
    HAAT_FIND(vips_operation_block_set);
    HAAT_FIND(vips_pngload_buffer);
    HAAT_FIND(vips_webpload_buffer);
    HAAT_FIND(vips_webpsave_buffer);
    HAAT_FIND(g_free);
    HAAT_FIND(g_log_set_handler);
    HAAT_FIND(g_object_unref);
#undef HAAT_FIND
    return functions;
}

// What libvips says of broken files is the client's doing and would fill the log.
void discard_log(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

Vips start() {
    const Vips vips = find_functions(open_library());
    if (vips.vips_init("haat") != 0)
        throw std::runtime_error{"libvips does not start: " + std::string{vips.vips_error_buffer()}};
    vips.vips_concurrency_set(1);
    vips.vips_cache_set_max(0);
    vips.vips_block_untrusted_set(TRUE);
    vips.vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const char* allowed : {"VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
                                "VipsForeignLoadNsgif", "VipsForeignLoadHeif"}) {
        vips.vips_operation_block_set(allowed, FALSE);
    }
    for (const auto chatter :
         {G_LOG_LEVEL_WARNING, G_LOG_LEVEL_MESSAGE, G_LOG_LEVEL_INFO, G_LOG_LEVEL_DEBUG}) {
        vips.g_log_set_handler("VIPS", chatter, discard_log, nullptr);
    }
    return vips;
}

}  // namespace

const Vips& vips() {
    static const Vips loaded = start();
    return loaded;
}

}  // namespace haat::media
