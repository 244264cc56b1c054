local n, seed, shop = tonumber(arg[1]), 42, {}
for i = 500, 1, -1 do
  shop["article-" .. i - 1] = { price = i * 3, stock = 20, sold = 0, again = 0 }
end
for _ = 1, n do
  seed = seed * 16807 % 2147483647
  local article, pieces = shop["article-" .. seed % 500], seed // 512 % 5 + 1
  if pieces > article.stock then
    article.stock = article.stock + 50
    article.again = article.again + 1
  end
  article.stock = article.stock - pieces
  article.sold = article.sold + pieces
end
local stock, sold, turnover, again = 0, 0, 0, 0
for _, a in pairs(shop) do
  stock, sold, turnover, again = stock + a.stock, sold + a.sold, turnover + a.price * a.sold, again + a.again
end
print(stock)
print(sold)
print(turnover)
print(again)
