local n, seed, parts = tonumber(arg[1]), 42, {}
local letters = "aaaaaaaabbbbbbbbccccccccdddddddd"
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  local from = seed % 25
  parts[#parts + 1] = letters:sub(from + 1, from + seed // 64 % 8 + 1)
end
local text = table.concat(parts)
local byte, packed, place = string.byte, {}, 1
while place <= #text do
  local code, stop = byte(text, place), place
  while byte(text, stop) == code do stop = stop + 1 end
  packed[#packed + 1] = stop - place
  packed[#packed + 1] = text:sub(place, place)
  place = stop
end
packed = table.concat(packed)
print(#packed)
local plain, count = {}, 0
for place = 1, #packed do
  local code = byte(packed, place)
  if code >= 48 and code <= 57 then
    count = count * 10 + code - 48
  else
    local piece = packed:sub(place, place)
    for _ = 1, count do plain[#plain + 1] = piece end
    count = 0
  end
end
print(table.concat(plain) == text and "the same" or "another")
