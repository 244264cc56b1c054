local n, queue, hash = tonumber(arg[1]), {}, 0
for i = n, 1, -1 do queue[#queue + 1] = i end
for i = 1, n do
  hash = (queue[i] + hash * 3) % 1000003
  queue[i] = nil
end
print(hash)
