local list, sum = {}, 0
for n = tonumber(arg[1]), 1, -1 do
  local length = #list
  list[#list + 1] = function(x) return x + length * n end
end
for _, f in ipairs(list) do sum = f(sum) % 1000003 end
print(sum)
