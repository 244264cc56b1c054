local a, b, na, nb, sum = {}, {}, 0, 0, 0
for n = 100000, 1, -1 do local k = n * 31 % 1009; if not a[k] then na = na + 1 end; a[k] = (a[k] or 0) + 1 end
for n = 100000, 1, -1 do local k = tostring(n * 37 % 997); if not b[k] then nb = nb + 1 end; b[k] = (b[k] or 0) + 1 end
for _, v in pairs(b) do sum = sum + v end
print(na .. " " .. nb .. " " .. sum)
