local n = tonumber(arg[1])
local function rep(count, f, acc)
  if count > 0 then return rep(count - 1, f, f(acc)) end
  return acc
end
local function loop_while(f, a, b)
  local again
  a, b, again = f(a, b)
  if again then return loop_while(f, a, b) end
  return a, b
end
local function over_numbers(acc, k, f)
  if k == 0 then return acc end
  return over_numbers(f(acc, k), k - 1, f)
end
local function mixed(acc, k) return (acc + 7 * k) % 1000003 end
local function collatz(x)
  local steps = loop_while(function(steps, y)
    if y & 1 == 0 then y = y // 2 else y = 3 * y + 1 end
    return steps + 1, y, y > 1
  end, 0, x)
  return steps
end
local acc = rep(n, function(a) return rep(10, function(x) return (x + 3) & 65535 end, a) end, 0)
acc = over_numbers(acc, n * 10, mixed)
print(over_numbers(acc, n // 10, function(a, k) return a + collatz(k + 1) end))
