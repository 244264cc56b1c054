local n, seed, lines = tonumber(arg[1]), 42, {}
for i = 1, n do
  seed = seed * 16807 % 2147483647
  lines[i] = "10.0." .. seed % 7 .. "." .. seed % 250 .. " GET /page/" .. seed // 1000 % 97
    .. (seed % 11 == 0 and " 404 " or " 200 ") .. seed // 100 % 5000
end
local text = table.concat(lines, "\n")
print(#text)
local bytes, visits = {}, {}
for line in text:gmatch("[^\n]+") do
  local fields = {}
  for field in line:gmatch("[^ ]+") do fields[#fields + 1] = field end
  bytes[fields[4]] = (bytes[fields[4]] or 0) + tonumber(fields[5])
  visits[fields[3]] = (visits[fields[3]] or 0) + 1
end
local keys = {}
for k in pairs(bytes) do keys[#keys + 1] = k end
table.sort(keys)
for _, k in ipairs(keys) do print(k .. " " .. bytes[k]) end
local pages, most = 0, 0
for _, count in pairs(visits) do
  pages = pages + 1
  most = math.max(most, count)
end
print(pages)
print(most)
