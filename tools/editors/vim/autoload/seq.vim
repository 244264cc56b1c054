" What 'iskeyword' is in files of Seq. Made by package tools/editors: make grammars
let seq#characters = "33,36-39,42-43,45-57,60-90,92,94-122,124,126,128-159,161-255"
