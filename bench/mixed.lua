-- wrk … -- FILE: asks by turns for the products whose ids stand in the file and for pages of the product list.
local pages = 500
local requests = {}
local count = 0

function init(arguments)
    for id in io.lines(arguments[1]) do
        requests[#requests + 1] = wrk.format("GET", "/api/product/" .. id)
        requests[#requests + 1] = wrk.format("GET", "/api/product/all?page=" .. (#requests % pages + 1))
    end
end

function request()
    count = count % #requests + 1
    return requests[count]
end
