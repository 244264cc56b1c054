package builtins

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/seq/syntax"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// Word is a built-in word: the one place where its name, stack effect, description and meaning
// are declared.
type Word struct {
	Name   string
	Effect string // such as "( ..a Int Int -- ..a Int )"
	Doc    string // one sentence
	// Borrows says that the word only looks at its arguments: none of them is
	// kept, changed or returned, and what it returns of their parts is marked
	// shared. Of a word that runs quotations it concerns the collection.
	Borrows bool
	// MovesOut, Peeks and Replaces: see types.Signature.
	MovesOut string
	Peeks    string
	Replaces bool
	// Flag says what the last result tells, such as "whether the index exists": after a
	// failure the word leaves it false, and a default in place of its value. "":
	// the word leaves no such flag (chapter 8, section 6).
	Flag string
	// Alias, Rule and Traits: see types.Signature.
	Alias  string
	Rule   types.Rule
	Traits types.Traits
	// Calls are the words that the word's instructions call, if it is compiled to instructions.
	Calls []string
	// Run gets the arguments in w[0], w[1], ... (the deepest first), of the kinds
	// that Effect says, and leaves the results there. w is valid during the
	// call only. nil: the word is compiled to instructions, or see Part.
	Run Function
	// Now is Run where the word need not wait: see vm.Builtin. nil: it has no such form.
	Now func(s *vm.Strand, w []stack.Value) bool
	// Needs is what the word reaches of files, network, environment and process, and how that is checked in a
	// sandbox (package host/sandbox); its function asks the policy of its VM. A word that is compiled to
	// instructions needs what its Calls do.
	Needs sandbox.Need
	// Part names what of seqvm has the function of a word that is declared without it: only
	// those link that part who can afford what it costs a start (Words.Link). "" for other words.
	Part string
}

// Function is what a built-in word does; see Word.Run.
type Function = func(s *vm.Strand, w []stack.Value) error

// function tells whether the word is one, here or elsewhere, and not compiled to instructions.
func (b *Word) function() bool { return b.Run != nil || b.Part != "" }

// unlinked tells whether the word is a function that is not here.
func (b *Word) unlinked() bool { return b.Run == nil && b.Part != "" }

// Words is a set of built-in words: what the checker, the compiler, the VM and the
// documentation know of them. A program is checked, compiled and run with the same
// set, or one that has more. It is immutable and safe for concurrent use.
type Words struct {
	list     []*Word // of families: not to be changed
	types    *types.Table
	unlinked []*Word
	linked   []atomic.Pointer[vm.Builtin] // made when a program first uses the word
	policy   *sandbox.Policy              // what is wholly refused; nil: nothing
}

// All returns the words of the language and those that its standard modules are built on.
var All = sync.OnceValue(func() *Words {
	n := 0
	for _, f := range Families() {
		n += len(f.Words)
	}
	list := make([]*Word, 0, n) // a copy of the words would be a good part of a start
	for _, f := range Families() {
		for i := range f.Words {
			list = append(list, &f.Words[i])
		}
	}
	return newWords(list, nil)
})

func newWords(list []*Word, policy *sandbox.Policy) *Words {
	set := &Words{list: list, policy: policy, linked: make([]atomic.Pointer[vm.Builtin], len(list))}
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
		if list[i].unlinked() {
			set.unlinked = append(set.unlinked, list[i])
		}
	}
	signature := func(index int32) types.Signature {
		w := list[index]
		return types.Signature{Name: w.Name, Effect: w.Effect, Borrows: w.Borrows, MovesOut: w.MovesOut, Peeks: w.Peeks, Replaces: w.Replaces, Flag: w.Flag, Alias: w.Alias, Rule: w.Rule, Traits: w.Traits}
	}
	set.types = types.NewTableOf(names, signature)
	if policy != nil {
		set.types.Refused = func(index int32) string { return policy.Refusal(set.Needs(index)) }
	}
	return set
}

// Needs returns what a word of the set reaches of the outside, by itself or through what it is compiled to.
func (w *Words) Needs(index int32) sandbox.Need {
	b := w.list[index]
	if i, ok := w.types.Lookup(b.Alias); ok {
		return w.Needs(i)
	}
	for _, name := range b.Calls {
		if i, ok := w.types.Lookup(name); ok && w.list[i].Needs != sandbox.Nothing {
			return w.list[i].Needs
		}
	}
	return b.Needs
}

// Under returns the set for programs in a sandbox: the checker refuses calls of words that the policy gives nothing of what
// they need.
func (w *Words) Under(policy *sandbox.Policy) *Words {
	if w.policy == policy {
		return w
	}
	return newWords(w.list, policy)
}

// With returns the set with more words, those of a host. An error names a word that has no
// name that a program could call, or that of another one or of one whose meaning the language fixes
// though the set lacks it; an effect that is none; no function; or a meaning that a function cannot have: a Rule,
// an Alias, the end of the program.
func (w *Words) With(more ...Word) (*Words, error) {
	list, more := slices.Clone(w.list), slices.Clone(more)
	for i := range more {
		list = append(list, &more[i])
	}
	all := newWords(list, w.policy)
	seen := map[string]bool{}
	for _, b := range w.list {
		seen[b.Name] = true
	}
	for i, b := range more {
		switch {
		case seen[b.Name]:
			return nil, fmt.Errorf("there is a word '%s' already", b.Name)
		case reserved(b.Name):
			return nil, fmt.Errorf("the language fixes what '%s' does: no word of a host can have that name", b.Name)
		case !syntax.CallName(b.Name):
			return nil, fmt.Errorf("no program can call a word with the name %q", b.Name)
		case !b.function():
			return nil, fmt.Errorf("the word '%s' has no function", b.Name)
		case b.Alias != "" || b.Rule != (types.Rule{}) || b.Traits.Has(types.EndsProgram):
			return nil, fmt.Errorf("the word '%s' is a function, and cannot be an alias, have a rule of its own or end the program", b.Name)
		}
		if _, err := all.types.Parse(int32(len(w.list) + i)); err != nil {
			return nil, fmt.Errorf("the word '%s': %w", b.Name, err)
		}
		seen[b.Name] = true
	}
	return all, nil
}

// reserved tells whether a name is that of a word whose meaning parser, checker or compiler know, so
// that another word could not have it.
func reserved(name string) bool {
	i, ok := All().types.Lookup(name)
	return ok && (!All().list[i].function() || All().list[i].Rule != (types.Rule{})) || types.Operator(name)
}

// Link returns the set with functions, by name, for words that are declared without them.
func (w *Words) Link(functions map[string]Function) *Words {
	list := slices.Clone(w.list)
	for i, b := range list {
		if b.unlinked() {
			linked := *b
			linked.Run = functions[b.Name]
			list[i] = &linked
		}
	}
	return newWords(list, w.policy)
}

// Unlinked returns the words that have no function here, but elsewhere. It must not be changed.
func (w *Words) Unlinked() []*Word { return w.unlinked }

// Only returns the set without the words that keep does not want, for programs that
// must not have them. Words that compile to instructions (those without a function) stay, but for
// those that call others: they go with them, and keep is asked for them, too.
func (w *Words) Only(keep func(name string) bool) *Words {
	gone := map[string]bool{}
	for _, b := range w.list {
		gone[b.Name] = (b.function() || b.Calls != nil) && !keep(b.Name)
	}
	return newWords(slices.DeleteFunc(slices.Clone(w.list), func(b *Word) bool {
		return gone[b.Name] || slices.ContainsFunc(b.Calls, func(name string) bool { return gone[name] })
	}), w.policy)
}

// Types returns the words as the checker and the compiler know them.
func (w *Words) Types() *types.Table { return w.types }

// List returns the words in the order of their numbers. It must not be changed.
func (w *Words) List() []*Word { return w.list }

// Find returns a word as the machine knows it; nil if there is none.
func (w *Words) Find(name string) *vm.Builtin {
	i, ok := w.types.Lookup(name)
	if !ok {
		return nil
	}
	if b := w.linked[i].Load(); b != nil {
		return b
	}
	e := w.types.Effect(i)
	w.linked[i].CompareAndSwap(nil, &vm.Builtin{
		In: kinds(e.In), Out: kinds(e.Out), Run: w.list[i].Run, Needs: w.list[i].Needs, Still: still(w.list[i]), Now: w.list[i].Now, TakesStack: w.list[i].Rule.Special == types.Dump, Copying: w.copying(name),
	})
	return w.linked[i].Load()
}

// still tells whether a word neither waits nor looks at the calls that are open: machine code can have it executed with its own calls open. A word that
// was made of another, as those that are linked, is not. Nothing is prepared for the answer: a start asks for few words.
func still(b *Word) bool {
	if b.Run == nil || b.Calls != nil || b.Needs != 0 || b.Rule.Special == types.Dump {
		return false
	}
	for _, f := range Families() {
		if !f.Still {
			continue
		}
		for i := range f.Words {
			if &f.Words[i] == b {
				return true
			}
		}
	}
	return false
}

// copying is the word whose row says that it is the one of that name where parts move out; "" if there is none.
func (w *Words) copying(name string) string {
	if !strings.HasPrefix(name, "%") {
		return ""
	}
	for i := range w.list {
		if b := w.list[i]; b.MovesOut == name && b.Name != name {
			return b.Name
		}
	}
	return ""
}

// kinds returns the kinds of the values that types stand for.
func kinds(list []*types.Type) []stack.Kind {
	all := make([]stack.Kind, len(list))
	for i, t := range list {
		all[i] = kindOf[t.Kind]
	}
	return all
}

// kindOf has the kind of the values of a type; stack.Nothing for any.
var kindOf = map[types.Kind]stack.Kind{
	types.Int: stack.Int, types.Float: stack.Float, types.Bool: stack.Bool, types.String: stack.String,
	types.Symbol: stack.Symbol, types.Channel: stack.Channel, types.Socket: stack.Int,
	types.Variant: stack.Variant, types.Union: stack.Variant, types.Quotation: stack.Quotation, types.Closure: stack.Quotation,
}
