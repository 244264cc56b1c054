-- A session of Neovim with the language server: neovim_test.go runs it with an empty folder as the current one. It
-- writes what it saw as JSON to seen.json.
local seen = {}

local function fail(what)
  seen.failed = what
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then
    fail('nothing came: ' .. what)
    error(what)
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, true)
end

local function session()
  require('seqvm').setup({ path = vim.env.SEQVM })
  vim.cmd.edit('program.seq')
  seen.filetype = vim.bo.filetype
  seen.commentstring = vim.bo.commentstring
  wait('the server', function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end)
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  wait('its answer', function() return client.initialized end)

  wait('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
  seen.diagnostics = vim.tbl_map(function(d) return d.lnum .. ':' .. d.col .. ' ' .. d.message end, vim.diagnostic.get(0))

  -- The misspelt word is mended: the diagnostic goes.
  vim.api.nvim_buf_set_lines(0, 4, 5, true, { ': main ( -- ) 3 square   int->string io.write-line ;' })
  wait('no diagnostics', function() return #vim.diagnostic.get(0) == 0 end)

  wait('hints', function() return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0 end)
  seen.hints = vim.tbl_map(function(h)
    local label = h.inlay_hint.label
    if type(label) == 'table' then
      label = table.concat(vim.tbl_map(function(part) return part.value end, label))
    end
    return h.inlay_hint.position.line .. ' ' .. label
  end, vim.lsp.inlay_hint.get({ bufnr = 0 }))

  vim.api.nvim_win_set_cursor(0, { 5, 17 })
  vim.lsp.buf.rename('squared')
  wait('the new name', function() return lines()[5]:find('squared') ~= nil end)

  vim.lsp.buf.format({ timeout_ms = 20000 })
  seen.text = lines()
  vim.cmd('silent write!')

  -- The lens of a test runs it in a terminal.
  vim.cmd.edit('test-program.seq')
  wait('the server again', function() return #vim.lsp.get_clients({ bufnr = 0 }) > 0 end)
  vim.lsp.codelens.refresh({ bufnr = 0 })
  wait('a lens', function() return #vim.lsp.codelens.get(0) > 0 end)
  vim.api.nvim_win_set_cursor(0, { 1, 3 })
  vim.lsp.codelens.run()
  wait('the test', function()
    seen.tested = table.concat(lines(), '\n')
    return seen.tested:find('Results') ~= nil
  end)
end

local ok, problem = pcall(session)
if not ok and not seen.failed then
  fail(problem)
end
vim.fn.writefile({ vim.json.encode(seen) }, 'seen.json')
vim.cmd('qall!')
