#include "app/backup/manifest.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

#include "media/local_store.hpp"

namespace haat::backup {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t kFormat = 1;

bool is_key_name(std::string_view file) {
    static constexpr std::string_view kEnding = ".key";
    if (!file.ends_with(kEnding) || file.size() == kEnding.size()) return false;
    file.remove_suffix(kEnding.size());
    return std::ranges::all_of(file, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

}  // namespace

fs::path images_folder() { return fs::path{"media"} / media::kFolder; }
fs::path keys_folder() { return "secrets"; }

Part part_of(const std::string& name) {
    if (name == kDatabaseName) return Part::database;
    const fs::path path{name};
    if (path.parent_path() == keys_folder() && is_key_name(path.filename().string())) return Part::key;
    if (path.parent_path() == images_folder() && media::is_stored_name(path.filename().string()))
        return Part::image;
    throw std::runtime_error{"holds a file that no backup has: " + name};
}

std::string to_json(const Manifest& manifest) {
    json::object rows;
    for (const auto& [table, count] : manifest.database.rows) rows[table] = count;
    return json::serialize(json::object{{"format", kFormat},
                                        {"program", manifest.program},
                                        {"made_at", manifest.made_at},
                                        {"schema", manifest.database.schema},
                                        {"rows", std::move(rows)}}) +
           "\n";
}

Manifest manifest_from(std::string_view text) {
    try {
        const json::object object = json::parse(text).as_object();
        const auto format = object.at("format").to_number<std::int64_t>();
        if (format != kFormat) {
            throw std::runtime_error{
                "is a backup in format " + std::to_string(format) +
                ", which this version does not know; use the newer version that made it"};
        }
        Manifest manifest{.program = std::string{object.at("program").as_string()},
                          .made_at = std::string{object.at("made_at").as_string()}};
        manifest.database.schema = object.at("schema").to_number<std::int64_t>();
        for (const auto& [table, count] : object.at("rows").as_object())
            manifest.database.rows[std::string{table}] = count.to_number<std::int64_t>();
        return manifest;
    } catch (const boost::system::system_error&) {
        throw std::runtime_error{"is no backup of Haat: its manifest cannot be read"};
    } catch (const std::out_of_range&) {
        throw std::runtime_error{"is no backup of Haat: its manifest is incomplete"};
    } catch (const std::invalid_argument&) {
        throw std::runtime_error{"is no backup of Haat: its manifest has values of wrong types"};
    }
}

}  // namespace haat::backup
