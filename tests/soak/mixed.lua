-- wrk … -- FILE [PAUSE]: asks for the file's lines, `method<TAB>target<TAB>token<TAB>body`, by turns. Between an answer
-- and the connection's next request it waits PAUSE ms in the mean, as people do: now less, now more.
local requests = {}
local count = 0
local pause = 0

local function read(file)
    for line in io.lines(file) do
        local method, target, token, body = line:match("^(%S+)\t(%S+)\t(%S*)\t(.*)$")
        local headers = {}
        if token ~= "" then headers["Authorization"] = "Bearer " .. token end
        if body ~= "" then headers["Content-Type"] = "application/json" end
        requests[#requests + 1] = wrk.format(method, target, headers, body ~= "" and body or nil)
    end
end

function init(arguments)
    read(arguments[1])
    pause = tonumber(arguments[2] or 0)
    count = math.random(#requests)
end

function request()
    count = count % #requests + 1
    return requests[count]
end

function delay()
    return pause == 0 and 0 or math.floor(-pause * math.log(1 - math.random()) + 0.5)
end
