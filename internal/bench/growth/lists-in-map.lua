local lists, count = {}, 0
for i = tonumber(arg[1]), 1, -1 do
  local list = lists[i % 10]
  if not list then
    list = {}
    lists[i % 10] = list
  end
  list[#list + 1] = i
end
for _, list in pairs(lists) do count = count + #list end
print(count)
