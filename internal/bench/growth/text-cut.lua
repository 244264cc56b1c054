local parts, sum, from = {}, 0, 1
for i = tonumber(arg[1]), 1, -1 do parts[#parts + 1] = i .. ";" end
local text = table.concat(parts)
while true do
  local place = text:find(";", from, true)
  if not place then break end
  sum = sum + tonumber(text:sub(from, place - 1))
  from = place + 1
end
print(sum)
