local n, parts = tonumber(arg[1]), {}
for i = n, 1, -1 do
  parts[#parts + 1] = '<p class="n' .. i .. '">Salt &amp; pepper, <b>' .. i % 7 .. "</b> &lt; 9</p>\n"
end
local text = table.concat(parts)
print(#text)
parts = {}
local from = 1
while true do
  local place = text:find("<", from, true)
  if not place then break end
  parts[#parts + 1] = text:sub(from, place - 1)
  from = text:find(">", place, true) + 1
end
parts[#parts + 1] = text:sub(from)
local plain = table.concat(parts):gsub("&lt;", "<"):gsub("&amp;", "&")
print(#plain)
io.write(plain:sub(1, 21))
