// Package doctest runs the examples in the comments above the words of programs:
//
//	# The sum of the squares.
//	# example: 3 4 squares -> 25
//
// Behind the arrow stands what the example leaves, as stack.dump shows it. What it writes comes before that, with \n for
// each line end: "a" io.write-line 1 -> a\n» 1.
package doctest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/tools/doc"
	"github.com/seqvm/seqvm/vm"
)

// Failure is an example that does not show what it says. Found is what it shows, or Err says why it
// shows nothing.
type Failure struct {
	Path    string
	Word    string
	Example doc.Example
	Found   string
	Err     string
}

// String says what is wrong, where, with a line for each side.
func (f *Failure) String() string {
	head := fmt.Sprintf("%s:%d: the example of '%s'", f.Path, f.Example.Line, f.Word)
	if f.Err != "" {
		return fmt.Sprintf("%s: %s\n  %s", head, f.Err, f.Example.Code)
	}
	return fmt.Sprintf("%s shows something else\n  %s\n  expected: %s\n  found:    %s", head, f.Example.Code, f.Example.Result, f.Found)
}

// timeout is how long an example may run.
const timeout = 10 * time.Second

// File runs the examples of a section that is a file, and calls done for each: nil if it holds. Every one is a program of
// its own: what one defines or changes, no other sees.
func File(ctx context.Context, s doc.Section, text string, opts seqvm.Options, done func(*Failure)) {
	for _, w := range s.Words {
		for _, e := range w.Examples {
			f := &Failure{Path: s.Path, Word: w.Name, Example: e}
			if e.Result == "" && !strings.Contains(e.Code, "->") {
				f.Err = "says not what it leaves: '-> RESULT' is missing"
			} else if f.run(ctx, text, opts) {
				f = nil
			}
			done(f)
		}
	}
}

// name is that of the word that an example becomes.
const name = "the-example"

// run tells whether the example shows what it says.
func (f *Failure) run(ctx context.Context, text string, opts seqvm.Options) bool {
	opts.Library = true
	opts.Overlay = map[string]string{f.Path: fmt.Sprintf("%s\n: %s ( -- ) %s stack.dump ;\n", text, name, f.Example.Code)}
	prog, err := seqvm.Compile(seqvm.File(f.Path), opts)
	var refused *seqvm.CompileError
	switch {
	case errors.As(err, &refused):
		f.Err = firstError(refused.Problems)
		return false
	case err != nil:
		f.Err = err.Error()
		return false
	case len(prog.Unlinked()) > 0:
		return true // of a part that is not here: the checker has seen it
	}
	var out strings.Builder
	_, err = prog.Call(ctx, seqvm.Config{Stdout: &out, Stderr: &out, Args: []string{f.Path}, Budget: seqvm.Budget{Time: timeout}}, name)
	var limit *vm.LimitError
	if errors.As(err, &limit) {
		f.Err = fmt.Sprintf("was stopped: it ran for more than %v", timeout)
		return false
	}
	if err != nil {
		f.Err = err.Error()
		return false
	}
	f.Found = strings.ReplaceAll(strings.TrimSuffix(out.String(), "\n"), "\n", `\n`)
	return shows(f.Found, f.Example.Result)
}

// shows tells whether what was found is what was written. The mark of the stack may be left out where nothing was
// written before it, and the stack where it is empty.
func shows(found, result string) bool {
	return found == result || found == strings.TrimSpace("» "+result) || found == result+`\n»`
}

func firstError(list diag.List) string {
	for _, d := range list {
		if d.Severity == diag.Error {
			return strings.ReplaceAll(d.Message, "'"+name+"'", "the example")
		}
	}
	return list.Error()
}
