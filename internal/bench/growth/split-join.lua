local parts = {}
for i = tonumber(arg[1]), 1, -1 do parts[#parts + 1] = i end
local text, words = table.concat(parts, " "), {}
for word in text:gmatch("[^ ]+") do words[#words + 1] = "<" .. word .. ">" end
print(#table.concat(words, ","))
