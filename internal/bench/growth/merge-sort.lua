local n, list, seed, hash = tonumber(arg[1]), {}, 42, 0
for i = 1, n do
  seed = seed * 16807 % 2147483647
  list[i] = seed
end
local function merge(a, b)
  local out, i, j = {}, 1, 1
  while i <= #a and j <= #b do
    if a[i] <= b[j] then
      out[#out + 1] = a[i]
      i = i + 1
    else
      out[#out + 1] = b[j]
      j = j + 1
    end
  end
  for k = i, #a do out[#out + 1] = a[k] end
  for k = j, #b do out[#out + 1] = b[k] end
  return out
end
local function sort(l)
  if #l < 2 then return l end
  local half = #l // 2
  return merge(sort(table.move(l, 1, half, 1, {})), sort(table.move(l, half + 1, #l, 1, {})))
end
list = sort(list)
for i = 1, n do hash = (hash * 31 + list[i]) % 1000003 end
print(hash)
print(list[1])
