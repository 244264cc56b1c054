local function ap(x, f) return f(x) end
local function inc(x) return x + 1 end
local acc = 0
for n = 3000000, 1, -1 do
  acc = ap(acc, inc)
  acc = ap(acc, function(x) return x + n end)
end
print(acc)
