package builtins

import "sync"

// still has the names of words that neither wait nor look at the calls that are open (vm.Builtin.Still): those of families that only make values of values.
var still = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, words := range [][]Word{intWords, boolWords, floatWords, conversionWords, stringWords, encodingWords, regexWords, listWords, mapWords, variantWords(), sonWords, cryptoWords, movingWords, jsonWords, yamlWords} {
		for i := range words {
			if b := &words[i]; b.Run != nil && b.Calls == nil && b.Needs == 0 {
				names[b.Name] = true
			}
		}
	}
	return names
})
