local n, window, size = tonumber(arg[1]), {}, 0
for i = 0, n - 1 do
  window[i] = i
  window[i - 1000] = nil
end
for _ in pairs(window) do size = size + 1 end
print(size)
for i = n, 0, -1 do window[i] = nil end
print(next(window) and 1 or 0)
