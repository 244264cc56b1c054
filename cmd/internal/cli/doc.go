package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqvm/seqvm/seq/diag"
	"github.com/seqvm/seqvm/seq/load"
	"github.com/seqvm/seqvm/seq/types"
	"github.com/seqvm/seqvm/tools/doc"
	"github.com/seqvm/seqvm/tools/doctest"
)

// docs is a command line of 'seqvm doc'.
type docs struct {
	*CLI
	markdown, list, json, test bool // flags
	html                       string
}

const docLong = `Explain words, families of words, modules, and the words of a program.

Without arguments: the families and modules that there are. A name that ends in '.' or '-' opens all words that begin
with it. A stack effect finds the words that fit it, whatever the names of its type variables, best first, then those
that nearly do. A file shows its own words and what the comments above them say; a word behind it, that word alone.
An example in such a comment is a line '# example: CODE -> WHAT IT LEAVES'; --test runs them.`

const docExamples = `  seqvm doc list.map                          a word
  seqvm doc list. lists std:json              words by prefix, a family, a module
  seqvm doc '( String String -- Bool )'       words by stack effect
  seqvm doc shapes.seq area                   a word of a program
  seqvm doc --test src                        run the examples of all programs in a folder
  seqvm doc --html site shapes.seq            a site of a program; without a file that of the language`

func (c *CLI) docCommand() *cobra.Command {
	d := docs{CLI: c}
	cmd := &cobra.Command{
		Use:     "doc [WORD | FAMILY | MODULE | PREFIX. | EFFECT]... | FILE [WORD]...",
		Short:   "Explain words and modules, and find words by their effect",
		Long:    docLong,
		Example: docExamples,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return docCompletions(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args) },
	}
	cmd.Flags().BoolVar(&d.markdown, "markdown", false, "write the page of all words")
	cmd.Flags().BoolVar(&d.list, "list", false, "list all words, one a line, or those with the argument in their name")
	cmd.Flags().BoolVar(&d.json, "json", false, "write the words as one JSON object, as editors get them")
	cmd.Flags().BoolVar(&d.test, "test", false, "run the examples in the comments of files, or of all in folders")
	cmd.Flags().StringVar(&d.html, "html", "", "write a site, of the language or of the files, into the folder")
	return cmd
}

// docCompletions are the words and modules that there are.
func docCompletions() []cobra.Completion {
	var list []cobra.Completion
	for _, s := range doc.Sections() {
		if s.Module != "" {
			list = append(list, cobra.CompletionWithDesc(s.Module, s.Doc))
		}
		for _, w := range s.Words {
			list = append(list, cobra.CompletionWithDesc(w.Name, w.Effect))
		}
	}
	return list
}

func (d *docs) run(args []string) error {
	switch {
	case d.markdown:
		doc.Markdown(d.Stdout)
		return nil
	case d.html != "":
		return d.site(args)
	case d.test:
		return d.examples(args)
	case d.list && len(args) > 1:
		return errors.New("doc: --list takes one text that names are to contain")
	case d.list, d.json && len(args) == 0:
		return d.listed(strings.Join(args, ""))
	case len(args) == 0:
		for _, s := range doc.Sections() {
			fmt.Fprintf(d.Stdout, "%-28s %d words\n", s.Title, len(s.Words))
		}
		return nil
	case strings.HasSuffix(args[0], ".seq") || isFile(args[0]):
		return d.file(args[0], args[1:])
	}
	var shown []doc.Section
	unknown := false
	for _, name := range args {
		found, known, err := d.name(name)
		if err != nil {
			return err
		}
		shown = append(shown, found...)
		unknown = unknown || !known
	}
	if d.json && !unknown {
		return doc.JSON(d.Stdout, shown)
	}
	if unknown {
		return ExitStatus(statusRuntimeError)
	}
	return nil
}

// name shows what a name or an effect means, if that is not to be JSON, and returns it.
func (d *docs) name(name string) (found []doc.Section, known bool, err error) {
	if strings.HasPrefix(name, "(") {
		return d.effect(doc.Sections(), name)
	}
	var out io.Writer = d.Stdout
	if d.json {
		out = io.Discard
	}
	if w, ok := doc.Find(name); ok {
		w.Write(out)
		found = doc.Named([]string{name})
	}
	modules := doc.FindModules(name)
	if len(found) == 0 {
		found = modules
	}
	if len(found) == 0 {
		modules = doc.Opened(name)
		found = modules
	}
	for _, s := range modules {
		s.Write(out)
	}
	if len(found) > 0 {
		return found, true, nil
	}
	fmt.Fprintf(d.Stderr, "seqvm: no word and no module %q\n", name)
	if instead := types.Instead(name); instead != "" {
		fmt.Fprintf(d.Stderr, "  help: %s\n", instead)
	} else if similar := doc.Similar(name); len(similar) > 0 {
		fmt.Fprintf(d.Stderr, "  similar: %s\n", strings.Join(similar, " "))
	}
	return nil, false, nil
}

// effect shows the words that fit an effect.
func (d *docs) effect(sections []doc.Section, effect string) ([]doc.Section, bool, error) {
	matches, err := doc.ByEffect(sections, effect)
	if err != nil {
		return nil, false, err
	}
	if len(matches) == 0 {
		fmt.Fprintf(d.Stderr, "seqvm: no word fits %s, and none nearly does\n", effect)
		return nil, false, nil
	}
	if !d.json {
		doc.WriteMatches(d.Stdout, matches)
	}
	return doc.Only(sections, matches), true, nil
}

// file shows the words of a program, or those of some names.
func (d *docs) file(path string, names []string) error {
	sections, err := d.project(path)
	if err != nil {
		return err
	}
	var shown []doc.Section
	unknown := false
	for _, name := range names {
		found, known := doc.InProject(sections, name), true
		if strings.HasPrefix(name, "(") {
			if found, known, err = d.effect(sections, name); err != nil {
				return err
			}
		} else if known = len(found) > 0; !known {
			fmt.Fprintf(d.Stderr, "seqvm: '%s' and what it includes define no word %q\n", path, name)
			if similar := doc.SimilarIn(sections, name); len(similar) > 0 {
				fmt.Fprintf(d.Stderr, "  similar: %s\n", strings.Join(similar, " "))
			}
		} else if !d.json {
			doc.WriteWords(d.Stdout, found)
		}
		shown, unknown = append(shown, found...), unknown || !known
	}
	switch {
	case unknown:
		return ExitStatus(statusRuntimeError)
	case d.json && len(names) == 0:
		return doc.JSON(d.Stdout, sections)
	case d.json:
		return doc.JSON(d.Stdout, shown)
	case len(names) == 0:
		sections[0].Write(d.Stdout)
	}
	return nil
}

// project reads a program for its documentation; that it checks is not needed.
func (d *docs) project(path string) ([]doc.Section, error) {
	prog, problems := load.File(path, load.Options{
		StdlibDir: d.setting("SEQ_STDLIB"), Dialect: d.dialect,
		Manifest: func(string, string) (diag.List, bool) { return nil, true }, // their words are not the program's
	})
	if problems.HasErrors() {
		d.report(problems)
		return nil, ExitStatus(statusUsage)
	}
	return doc.Project(prog), nil
}

// examples runs the examples of files and of the files in folders.
func (d *docs) examples(paths []string) error {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	files, err := doctest.Discover(paths)
	if err != nil {
		return err
	}
	if err := d.callsOf(files, nil); err != nil {
		return err
	}
	ran, failed := 0, 0
	for _, path := range files {
		sections, err := d.project(path)
		if err != nil {
			return err
		}
		text, err := load.ReadMain(path)
		if err != nil {
			return err
		}
		doctest.File(context.Background(), sections[0], string(text), d.options(), func(f *doctest.Failure) {
			ran++
			if f != nil {
				failed++
				fmt.Fprintln(d.Stdout, f)
			}
		})
	}
	switch {
	case ran == 0:
		fmt.Fprintln(d.Stderr, "No examples found: one is a line '# example: CODE -> RESULT' in the comment above a word")
		return ExitStatus(statusUsage)
	case failed > 0:
		fmt.Fprintf(d.Stdout, "%d of %d examples failed\n", failed, ran)
		return ExitStatus(statusRuntimeError)
	case ran == 1:
		fmt.Fprintln(d.Stdout, "1 example holds")
		return nil
	}
	fmt.Fprintf(d.Stdout, "%d examples hold\n", ran)
	return nil
}

// site writes the site of the language or of programs.
func (d *docs) site(paths []string) error {
	if len(paths) == 0 {
		return d.Parts.Site(d.html, "Seq", doc.Sections())
	}
	var all []doc.Section
	for _, path := range paths {
		sections, err := d.project(path)
		if err != nil {
			return err
		}
		all = append(all, sections...)
	}
	return d.Parts.Site(d.html, doc.Name(paths), doc.Distinct(all))
}

// listed lists the words with a text in their name, "" for all.
func (d *docs) listed(text string) error {
	sections := doc.Sections()
	if text != "" {
		if sections = doc.Containing(text); len(sections) == 0 {
			fmt.Fprintf(d.Stderr, "seqvm: no word has %q in its name\n", text)
			return ExitStatus(statusRuntimeError)
		}
	}
	if d.json {
		return doc.JSON(d.Stdout, sections)
	}
	return doc.List(d.Stdout, sections)
}
