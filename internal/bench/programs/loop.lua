local acc, n = 0, 30000000
while n ~= 0 do acc = acc + n; n = n - 1 end
print(acc)
