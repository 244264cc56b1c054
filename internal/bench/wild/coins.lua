local n, memo, size = tonumber(arg[1]), {}, 0
local coins = { [0] = 1, 2, 5, 10, 20, 50 }
local function ways(amount, k)
  if amount == 0 then return 1 end
  if amount < 0 or k < 0 then return 0 end
  local key = amount * 8 + k
  local known = memo[key]
  if known then return known end
  local found = (ways(amount, k - 1) + ways(amount - coins[k], k)) % 1000003
  memo[key] = found
  size = size + 1
  return found
end
print(ways(n, 5))
print(size)
