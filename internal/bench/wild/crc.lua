local n, t = tonumber(arg[1]), {}
for i = 0, 255 do
  local value = i
  for _ = 1, 8 do
    value = value & 1 == 0 and value >> 1 or value >> 1 ~ 3988292384
  end
  t[i] = value
end
local sum = 4294967295
for i = n, 1, -1 do
  local text = i .. ": the quick brown fox jumps over the lazy dog"
  for place = 1, #text do
    sum = sum >> 8 ~ t[(text:byte(place) ~ sum) & 255]
  end
end
print(sum ~ 4294967295)
