-- wrk … -- FILE [THINK_MS]: sends the requests of the file, one after the other, again and again. A line is method, path,
-- token and body, parted by tabs; the last two may be empty. Each connection rests before a request, THINK_MS on average.
local requests = {}
local count = 0

function init(arguments)
    for line in io.lines(arguments[1]) do
        local method, path, token, body = line:match("^([^\t]+)\t([^\t]+)\t([^\t]*)\t(.*)$")
        local headers = {}
        if token ~= "" then headers["Authorization"] = "Bearer " .. token end
        if body ~= "" then headers["Content-Type"] = "application/json" end
        requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
    local think_ms = tonumber(arguments[2] or "0")
    if think_ms > 0 then
        function delay() return math.random(0, 2 * think_ms) end
    end
end

function request()
    count = count % #requests + 1
    return requests[count]
end
