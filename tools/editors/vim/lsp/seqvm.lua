-- The language server as Neovim 0.11 and later find it: vim.lsp.enable('seqvm').
return require('seqvm').server()
