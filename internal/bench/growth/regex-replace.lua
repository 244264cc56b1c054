local parts = {}
for i = tonumber(arg[1]), 1, -1 do parts[#parts + 1] = "item  " .. i end
print(#(table.concat(parts, " "):gsub("%d+", "[%0]")))
