local n = tonumber(arg[1])
local function adder(k) return function(x) return x + k end end
local function scaler(k) return function(x) return x * k % 1000003 end end
local function chain(f, g) return function(x) return g(f(x)) end end
local f = adder(1)
for k = 39, 1, -1 do f = chain(f, k & 1 == 0 and adder(k) or scaler(k)) end
local sum = 0
for x = n, 1, -1 do sum = (sum + f(x)) % 1000003 end
print(sum)
