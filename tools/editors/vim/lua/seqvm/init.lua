-- Seq in Neovim: the language server for the built-in client, and the debugger for nvim-dap.
local M = {}

local options = {
  path = 'seqvm', -- the program
  inlay_hints = true, -- the stack at the end of each line
  lsp_arguments = {}, -- further arguments of "seqvm lsp"
}

--- The configuration of the language server.
function M.server()
  return {
    name = 'seqvm',
    cmd = vim.list_extend({ options.path, 'lsp' }, options.lsp_arguments),
    filetypes = { 'seq' },
    root_markers = { '.git' },
    init_options = { inlay_hints = options.inlay_hints },
  }
end

-- What the code lens "run test" of the language server calls: the test runs in a terminal below.
local function run_test(command)
  local uri, word = unpack(command.arguments)
  vim.cmd('botright 12new')
  vim.fn.termopen({ options.path, 'test', '--filter', word, vim.uri_to_fname(uri) })
end

local function show_hints(event)
  local client = vim.lsp.get_client_by_id(event.data.client_id)
  if client and client.name == 'seqvm' and options.inlay_hints then
    vim.lsp.inlay_hint.enable(true, { bufnr = event.buf })
  end
end

-- vim.lsp.enable came with Neovim 0.11; before, each buffer starts the server or joins it.
local function start_for(event)
  local server = M.server()
  server.root_dir = vim.fs.root(event.buf, server.root_markers) or vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf))
  vim.lsp.start(server, { bufnr = event.buf })
end

--- Configures nvim-dap, if it is there: "Debug Seq file" for files of Seq.
function M.setup_dap()
  local found, dap = pcall(require, 'dap')
  if not found then
    return
  end
  dap.adapters.seq = { type = 'executable', command = options.path, args = { 'dap' } }
  dap.configurations.seq = {
    { type = 'seq', request = 'launch', name = 'Debug Seq file', program = '${file}', cwd = '${workspaceFolder}' },
  }
end

--- Starts the language server with each file of Seq. Options: path, inlay_hints, lsp_arguments.
function M.setup(given)
  options = vim.tbl_extend('force', options, given or {})
  local group = vim.api.nvim_create_augroup('seqvm', { clear = true })
  vim.api.nvim_create_autocmd('LspAttach', { group = group, callback = show_hints })
  if vim.lsp.enable then
    vim.lsp.config('seqvm', M.server())
    vim.lsp.enable('seqvm')
  else
    vim.api.nvim_create_autocmd('FileType', { group = group, pattern = 'seq', callback = start_for })
  end
  vim.lsp.commands['seqvm.runTest'] = run_test
  M.setup_dap()
end

return M
