[(definition) (union) (quotation) (match) (arm) (effect)] @indent.begin
[";" "]" "}" ")" "end"] @indent.end @indent.branch
