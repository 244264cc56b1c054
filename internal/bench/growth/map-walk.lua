local map, keys, sum, all = {}, {}, 0, 0
for i = tonumber(arg[1]), 1, -1 do map[tostring(i * 7919 % 1000003)] = i end
for key in pairs(map) do keys[#keys + 1] = key end
table.sort(keys)
print(#keys)
for _, key in ipairs(keys) do sum = sum + map[key] end
print(sum)
for _, key in ipairs(keys) do all = all + #key + map[key] end
print(all)
