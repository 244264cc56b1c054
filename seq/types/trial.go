package types

import "github.com/seqvm/seqvm/internal/parallel"

// This file looks at words on all processors. Most words of a program have no faults, and what is
// done for a word without faults touches that word alone. So each word is tried with a copy of the
// program that keeps to itself what is found; where there is anything to tell, the trial is forgotten
// and the word left over, to be done in the order of the source as if there had been no trial. So messages
// do not depend on the number of processors.

// onWord makes a step of the check for words: with a program, which may be that of a trial.
type onWord func(*program) func(*Word)

// each does a step for all words that are checked now.
func (p *program) each(step onWord) {
	do := step(p)
	left, _ := p.tryAll(step)
	for _, w := range left {
		do(w)
	}
}

// tryAll tries a step for all words that are checked now and returns those that are left over, in
// order. tried is false if nothing was tried: there is too little to do, or one word depends on
// what is found out about others, as where effects are inferred.
func (p *program) tryAll(step onWord) (left []*Word, tried bool) {
	words := p.unchecked
	if p.infers() || !parallel.Pays(p.newCalls()) {
		return words, false
	}
	told := make([]bool, len(words))
	parallel.Each(len(words), func() func(int) {
		t := p.trial()
		do := step(t)
		return func(i int) { told[i] = t.tells(words[i], do) }
	})
	for i, w := range words {
		if told[i] {
			left = append(left, w)
		}
	}
	return left, true
}

// newCalls is about how many calls there are in the words that are looked at now.
func (p *program) newCalls() int {
	if len(p.unchecked) < len(p.added()) {
		return len(p.unchecked)
	}
	n := 0
	for _, m := range p.info.Program.Modules[p.from.modules:] {
		n += m.Calls
	}
	return n
}

// trial returns a copy of the program for trials: what it says of words, others do not hear.
func (p *program) trial() *program {
	t := *p
	t.trying, t.errors = true, nil
	t.warned, t.hinted, t.lacks = map[warned]bool{}, map[hinted]bool{}, map[int]*lack{}
	return &t
}

// tells tries a step for a word and tells whether there is anything to say about it. A defect of the
// checker counts as that: it comes up again where others can handle it.
func (t *program) tells(w *Word, do func(*Word)) (told bool) {
	refused := w.refused
	defer func() {
		if recover() != nil {
			told = true
		}
		told = told || len(t.errors) > 0 || w.refused != refused
		t.errors, w.refused = t.errors[:0], refused
	}()
	do(w)
	return false
}

// forget forgets what the operators of a word were found to be, so that its body can be checked as
// if for the first time.
func (p *program) forget(w *Word) {
	p.eachCallOf(w, func(text string, call *Call) {
		if sugar[text] != nil && call.Target == TargetBuiltin && p.table.Name(call.Index) != text {
			call.Target, call.Index = TargetNone, 0
		}
	})
}
