local list, seed, most = {}, 42, 0
for i = 1, 100 do list[i] = { name = tostring(101 - i), votes = 0, last = 0 } end
for n = tonumber(arg[1]), 1, -1 do
  seed = seed * 16807 % 2147483647
  local candidate = list[seed % 100 + 1]
  candidate.votes, candidate.last = candidate.votes + 1, n
end
for _, candidate in ipairs(list) do most = math.max(most, candidate.votes) end
print(most)
