local n, buckets, seed = tonumber(arg[1]), {}, 42
local count = n // 8 + 1
for k = 0, count - 1 do buckets[k] = {} end
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  local bucket = buckets[seed % count]
  bucket[#bucket + 1] = seed
end
local most = 0
for k = 0, count - 1 do most = math.max(most, #buckets[k]) end
print(most)
