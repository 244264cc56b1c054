local n, seed, bank = tonumber(arg[1]), 42, {}
for i = 0, 299 do
  bank[i] = {}
  for c = 1, 5 do bank[i][c] = 1000 end
end
local function transfer(from, to, currency, amount)
  if (bank[from][currency] or 0) < amount then return false end
  bank[from][currency] = bank[from][currency] - amount
  bank[to][currency] = (bank[to][currency] or 0) + amount
  return true
end
local refused = 0
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  if not transfer(seed % 300, seed // 300 % 300, seed // 90000 % 5 + 1, seed // 64 % 800) then refused = refused + 1 end
end
print(refused)
local sum, most = 0, 0
for _, accounts in pairs(bank) do
  for _, amount in pairs(accounts) do
    sum = sum + amount
    most = math.max(most, amount)
  end
end
print(sum)
print(most)
