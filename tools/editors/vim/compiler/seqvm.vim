" :make checks the file.
let current_compiler = "seqvm"
CompilerSet makeprg=seqvm\ check\ %:S
CompilerSet errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %m,%-G%.%#
