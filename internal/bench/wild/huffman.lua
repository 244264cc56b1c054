local n, seed, parts = tonumber(arg[1]), 42, {}
for i = 1, n do
  seed = seed * 16807 % 2147483647
  local k = seed % 7
  parts[i] = k == 0 and "salamander " or k > 3 and "heap " or "of many words "
end
local text = table.concat(parts)
print(#text)
local letters, counts = {}, {}
for letter in text:gmatch(".") do
  letters[#letters + 1] = letter
  counts[letter] = (counts[letter] or 0) + 1
end
local keys = {}
for letter in pairs(counts) do keys[#keys + 1] = letter end
table.sort(keys)
local function insert(tree, queue)
  if not queue or tree.count <= queue.tree.count then return { tree = tree, rest = queue } end
  return { tree = queue.tree, rest = insert(tree, queue.rest) }
end
local queue
for _, letter in ipairs(keys) do queue = insert({ count = counts[letter], letter = letter }, queue) end
while queue.rest do
  local a, b = queue.tree, queue.rest.tree
  queue = insert({ count = a.count + b.count, left = a, right = b }, queue.rest.rest)
end
local codes = {}
local function code(bits, tree)
  if tree.letter then
    codes[tree.letter] = bits
  else
    code(bits .. "0", tree.left)
    code(bits .. "1", tree.right)
  end
end
code("", queue.tree)
local bits = {}
for i, letter in ipairs(letters) do bits[i] = codes[letter] end
bits = table.concat(bits)
print(#bits)
print(select(2, bits:gsub("0", "")))
