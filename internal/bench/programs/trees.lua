local function insert(key, tree)
  if not tree then return { key = key } end
  if key < tree.key then
    tree.left = insert(key, tree.left)
  elseif key > tree.key then
    tree.right = insert(key, tree.right)
  end
  return tree
end
local function size(tree) return tree and size(tree.left) + 1 + size(tree.right) or 0 end
local tree, seed = nil, 1
for _ = 1, 50000 do
  seed = (seed * 1103 + 12345) % 1048576
  tree = insert(seed, tree)
end
print(size(tree))
