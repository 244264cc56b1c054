local n, seed, groups, count = tonumber(arg[1]), 42, {}, 0
for _ = 1, n do
  local word = ""
  for _ = 1, 6 do
    seed = seed * 16807 % 2147483647
    local at = seed // 1000 % 7 + 1
    word = word .. ("aeinrst"):sub(at, at)
  end
  local codes = { word:byte(1, -1) }
  for i = 2, #codes do
    local this = codes[i]
    while i > 1 and this < codes[i - 1] do
      codes[i] = codes[i - 1]
      codes[i - 1] = this
      i = i - 1
    end
  end
  local key = 0
  for i = 1, #codes do key = key * 131 + codes[i] end
  local group = groups[key]
  if not group then
    group = {}
    groups[key] = group
    count = count + 1
  end
  group[#group + 1] = word
end
print(count)
local most = 0
for _, group in pairs(groups) do most = math.max(most, #group) end
print(most)
