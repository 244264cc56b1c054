" Settings of Vim and Neovim for files of Seq.
if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal expandtab shiftwidth=2 softtabstop=2
" A word is what the language takes for one.
execute "setlocal iskeyword=" . seq#characters
let b:match_words = '\<match\>:\<end\>,\<if\>:\<else\>:\<then\>'
compiler seqvm
let b:undo_ftplugin = "setlocal comments< commentstring< expandtab< shiftwidth< softtabstop< iskeyword< makeprg< errorformat< | unlet! b:match_words"
