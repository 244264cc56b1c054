local n = tonumber(arg[1])
local t, seed = {}, 42
for i = 1, n do
  t[i] = {}
  for j = 1, n do
    seed = seed * 16807 % 2147483647
    t[i][j] = seed % 1000 + 1
  end
end
for k = 1, n do
  for i = 1, n do
    local row, via = t[i], t[k]
    local d = row[k]
    for j = 1, n do
      local new = d + via[j]
      if row[j] > new then row[j] = new end
    end
  end
end
local sum = 0
for i = 1, n do
  for j = 1, n do sum = sum + t[i][j] end
end
print(sum)
