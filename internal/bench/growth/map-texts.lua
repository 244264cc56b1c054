local n, map, sum = tonumber(arg[1]), {}, 0
for i = n, 1, -1 do map["customer-" .. i] = i end
for i = n, 1, -1 do sum = sum + map["customer-" .. i] end
print(sum)
