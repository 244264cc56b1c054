local n, digits = tonumber(arg[1]), {}
for i = 1, n do digits[i] = i % 10 end
local text = table.concat(digits)
print(#text)
print(text:sub(1, 12))
