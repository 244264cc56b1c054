local n, seed, parts = tonumber(arg[1]), 42, {}
local function random()
  seed = seed * 16807 % 2147483647
  return seed
end
for _ = 1, n do
  local a, b, c = random() % 100, random() % 1000, random() % 10
  parts[#parts + 1] = "(" .. a .. "+" .. b .. ")*" .. c .. (seed & 16 == 0 and "-" or "+")
end
local text = table.concat(parts) .. "1"
local byte, at, sum = string.byte, 1, nil
local function number()
  local value, c = 0, byte(text, at)
  while c and c >= 48 and c <= 57 do
    value = value * 10 + c - 48
    at = at + 1
    c = byte(text, at)
  end
  return value
end
local function factor()
  if byte(text, at) ~= 40 then return number() end
  at = at + 1
  local value = sum()
  at = at + 1
  return value
end
local function product()
  local value = factor()
  while byte(text, at) == 42 do
    at = at + 1
    value = value * factor() % 1000003
  end
  return value
end
function sum()
  local value = product()
  while true do
    local c = byte(text, at)
    if c == 43 then
      at = at + 1
      value = value + product()
    elseif c == 45 then
      at = at + 1
      value = value - product()
    else
      return value
    end
  end
end
print(sum())
print(#text)
