#include "platform/http/postman.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "platform/http/postman_visit.hpp"
#include "platform/json/schema.hpp"

namespace haat::http {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using json::text;

constexpr std::string_view kSchema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
constexpr std::string_view kDescription =
    "Runs from top to bottom against a server whose ADMIN_SECRET_KEY is the variable adminKey. Codes from "
    "mails are not at hand: the requests that need one check how a wrong one is refused.";
constexpr std::string_view kLastFolder = "Clean up";

// The smallest GIF: one pixel, and no byte above 127, so that it can stand in a collection as text.
constexpr std::string_view kPixel{
    "GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00;", 29};
constexpr std::string_view kBoundary = "haat-upload";

std::vector<std::string> split(std::string_view from, char at) {
    std::vector<std::string> parts;
    while (!from.empty()) {
        const auto end = from.find(at);
        parts.emplace_back(from.substr(0, end));
        from.remove_prefix(end == std::string_view::npos ? from.size() : end + 1);
    }
    return parts;
}

// JSON Merge Patch (RFC 7396).
void merge(value& into, const value& patch) {
    if (!patch.is_object()) {
        into = patch;
        return;
    }
    if (!into.is_object()) into = object{};
    for (const auto& [key, part] : patch.as_object()) {
        if (part.is_null()) {
            into.as_object().erase(key);
        } else {
            merge(into.as_object()[key], part);
        }
    }
}

array query_of(const Endpoint& endpoint, const Step& step) {
    array all;
    std::set<std::string> given;
    for (const auto& pair : split(step.query, '&')) {
        const auto equals = pair.find('=');
        given.insert(pair.substr(0, equals));
        all.push_back(
            object{{"key", text(pair.substr(0, equals))}, {"value", text(pair.substr(equals + 1))}});
    }
    for (const auto& parameter : endpoint.query) {
        if (given.contains(std::string{parameter.name})) continue;
        all.push_back(object{{"key", text(parameter.name)},
                             {"value", ""},
                             {"disabled", true},
                             {"description", text(parameter.meaning)}});
    }
    return all;
}

value url_of(const Route& route, const Step& step) {
    if (!step.url.empty()) return text(step.url);
    array path;
    const auto relative = route.path.starts_with('/') ? route.path.substr(1) : route.path;
    for (const auto& segment : split(relative, '/')) path.push_back(text(segment));
    std::string raw = "{{baseUrl}}" + std::string{route.path};
    if (!step.query.empty()) raw.append("?").append(step.query);
    object url{{"raw", text(raw)}, {"host", array{"{{baseUrl}}"}}, {"path", std::move(path)}};
    if (auto query = query_of(route.endpoint, step); !query.empty()) url["query"] = std::move(query);
    array variables;
    const auto names = path_parameters(route.path);
    for (std::size_t i = 0; i < names.size(); ++i) {
        variables.push_back(object{{"key", text(names[i])}, {"value", text(step.path.at(i))}});
    }
    if (!variables.empty()) url["variable"] = std::move(variables);
    return url;
}

object auth_of(const Route& route, const Step& step) {
    const bool wants_token = route.access != Access::open || step.token != kAccessToken;
    if (!wants_token) return {{"type", "noauth"}};
    object token{{"key", "token"}, {"value", text(step.token)}, {"type", "string"}};
    return {{"type", "bearer"}, {"bearer", array{std::move(token)}}};
}

object json_body(const Endpoint& endpoint, const Step& step) {
    value content = object{};
    if (!endpoint.example.empty()) content = boost::json::parse(text(endpoint.example));
    if (!step.patch.empty()) merge(content, boost::json::parse(text(step.patch)));
    return {{"mode", "raw"},
            {"raw", boost::json::serialize(content)},
            {"options", object{{"raw", object{{"language", "json"}}}}}};
}

object upload_example(const Endpoint& endpoint) {
    std::string raw;
    raw.append("--").append(kBoundary).append("\r\nContent-Disposition: form-data; name=\"");
    raw.append(endpoint.upload_field).append("\"; filename=\"pixel.gif\"\r\nContent-Type: image/gif\r\n\r\n");
    raw.append(kPixel).append("\r\n--").append(kBoundary).append("--\r\n");
    return {{"mode", "raw"}, {"raw", text(raw)}};
}

object header(std::string_view name, std::string_view content) {
    return {{"key", text(name)}, {"value", text(content)}};
}

object request_of(const Route& route, const Step& step) {
    const auto& endpoint = route.endpoint;
    array headers;
    object request{{"method", text(to_text(route.method))}, {"auth", auth_of(route, step)}};
    if (endpoint.body == BodyKind::json) {
        headers.push_back(header("Content-Type", "application/json"));
        request["body"] = json_body(endpoint, step);
    } else if (endpoint.body == BodyKind::upload) {
        headers.push_back(header("Content-Type", "multipart/form-data; boundary=" + std::string{kBoundary}));
        request["body"] = upload_example(endpoint);
    }
    request["header"] = std::move(headers);
    request["url"] = url_of(route, step);
    request["description"] = text(endpoint.summary);
    return request;
}

object event(std::string_view when, const std::vector<std::string>& lines) {
    array script;
    for (const auto& line : lines) script.push_back(text(line));
    return {{"listen", text(when)},
            {"script", object{{"type", "text/javascript"}, {"exec", std::move(script)}}}};
}

object test_of(const Route& route, const Step& step) {
    const auto& endpoint = route.endpoint;
    const auto status = std::to_string(step.refused ? info(*step.refused).status : endpoint.status);
    std::vector<std::string> lines{"pm.test(\"answers " + status + "\", () => pm.response.to.have.status(" +
                                   status + "));"};
    if (step.refused || endpoint.answer != nullptr) {
        lines.emplace_back(
            "pm.test(\"is JSON\", () => "
            "pm.expect(pm.response.headers.get(\"Content-Type\")).to.match(/^application\\/json/));");
    }
    if (step.refused) {
        const std::string slug{info(*step.refused).slug};
        lines.emplace_back("pm.test(\"says " + slug +
                           "\", () => pm.expect(pm.response.json().code).to.eql(\"" + slug + "\"));");
    }
    if (!step.keep.empty()) {
        lines.emplace_back("pm.test(\"holds what later requests need\", () => {");
        lines.emplace_back("    const data = pm.response.json().data;");
        lines.emplace_back("    const keep = (name, value) => {");
        lines.emplace_back("        pm.expect(value, name).to.be.a(\"string\").that.is.not.empty;");
        lines.emplace_back("        pm.collectionVariables.set(name, value);");
        lines.emplace_back("    };");
        lines.emplace_back("    " + std::string{step.keep});
        lines.emplace_back("});");
    }
    return event("test", lines);
}

object item_of(const Route& route, const Step& step) {
    return {{"name", text(route.endpoint.name)},
            {"event", array{test_of(route, step)}},
            {"request", request_of(route, step)}};
}

// Folders in the order they are first named.
class Folders {
public:
    void add(std::string_view name, object item) {
        auto found = std::ranges::find(folders_, name, &Folder::name);
        if (found == folders_.end()) found = folders_.insert(folders_.end(), {std::string{name}, {}});
        found->items.push_back(std::move(item));
    }

    [[nodiscard]] array finish() {
        array all;
        for (auto& folder : folders_) {
            all.push_back(object{{"name", text(folder.name)}, {"item", std::move(folder.items)}});
        }
        return all;
    }

private:
    struct Folder {
        std::string name;
        array items;
    };
    std::vector<Folder> folders_;
};

const Route* find_route(const RouteTable& routes, std::string_view endpoint) {
    const auto found =
        std::ranges::find(routes, endpoint, [](const Route& route) { return route.endpoint.name; });
    return found == routes.end() ? nullptr : &*found;
}

array items_of(const RouteTable& routes) {
    Folders folders;
    const auto add_steps = [&](bool at_the_end) {
        for (const auto& step : visit()) {
            const auto* route = find_route(routes, step.endpoint);
            if (step.at_the_end != at_the_end || route == nullptr) continue;
            folders.add(at_the_end ? kLastFolder : route->endpoint.tag, item_of(*route, step));
        }
    };
    const auto is_in_visit = [](const Route& route) {
        return std::ranges::find(visit(), route.endpoint.name, &Step::endpoint) != visit().end();
    };
    add_steps(false);
    for (const auto& route : routes) {
        if (!is_in_visit(route))
            folders.add(route.endpoint.tag, item_of(route, {.endpoint = route.endpoint.name}));
    }
    add_steps(true);
    return folders.finish();
}

array variables_of(std::string_view base_url) {
    array all{object{{"key", "baseUrl"}, {"value", text(base_url)}, {"description", "Where the server is"}}};
    for (const auto& [name, content, meaning] : visit_variables()) {
        all.push_back(object{{"key", text(name)}, {"value", text(content)}, {"description", text(meaning)}});
    }
    return all;
}

}  // namespace

object postman_collection(const RouteTable& routes, std::string_view version, std::string_view base_url) {
    // New at every run, also where an application keeps variables between runs.
    const auto begin_run =
        event("prerequest",
              {R"(if (pm.info.requestName === "register_user" || !pm.collectionVariables.get("run")) {)",
               R"(    pm.collectionVariables.set("run", String(Date.now()));)", "}"});
    object about{{"name", "Haat"},
                 {"version", text(version)},
                 {"description", text(kDescription)},
                 {"schema", text(kSchema)}};
    return {{"info", std::move(about)},
            {"item", items_of(routes)},
            {"event", array{begin_run}},
            {"variable", variables_of(base_url)}};
}

}  // namespace haat::http
