au BufRead,BufNewFile *.seq setfiletype seq
