local n = tonumber(arg[1])
local after = {}
for i = 0, n - 1 do after[i] = (i + 1) % n end
local person, count = 0, n
while count > 1 do
  local second = after[person]
  local fourth = after[after[second]]
  after[second] = fourth
  person = fourth
  count = count - 1
end
print(person + 1)
