package testrunner

import (
	"cmp"
	_ "embed"
	"fmt"
	"html"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/bytecode"
)

// Coverage is how often tests came to the words, branches and lines of a
// program. Supplied modules and test files are left out. The zero value is
// ready for Add.
type Coverage struct {
	files  map[string]*coveredFile
	points []*point // by index of the module's points; nil for those left out
}

type coveredFile struct {
	name   string
	text   string
	points map[bytecode.CoverPoint]*point // of all programs with the file
}

type point struct {
	bytecode.CoverPoint // File and Name are 0
	name                string
	count               uint64
}

func newCoverage(prog *seqvm.Program) *Coverage {
	c := &Coverage{files: map[string]*coveredFile{}, points: make([]*point, len(prog.Module.Cover))}
	for i, p := range prog.Module.Cover {
		source := prog.Sources[p.File]
		if p.File == mainFile || IsTestFile(filepath.Base(source.Name)) {
			continue
		}
		name := prog.Module.Names[p.Name]
		p.File, p.Name = 0, 0
		f := c.file(filepath.Clean(source.Name), source.Text)
		c.points[i] = f.point(p, name)
	}
	return c
}

func (c *Coverage) file(name, text string) *coveredFile {
	f := c.files[name]
	if f == nil {
		f = &coveredFile{name: name, text: text, points: map[bytecode.CoverPoint]*point{}}
		c.files[name] = f
	}
	return f
}

func (f *coveredFile) point(p bytecode.CoverPoint, name string) *point {
	known := f.points[p]
	if known == nil {
		known = &point{CoverPoint: p, name: name}
		f.points[p] = known
	}
	return known
}

// count adds what one run of the program has counted.
func (c *Coverage) count(counts []uint64) {
	for i, n := range counts {
		if p := c.points[i]; p != nil {
			p.count += n
		}
	}
}

// Add adds the coverage of a file's tests.
func (c *Coverage) Add(f *File) {
	if f.coverage == nil {
		return
	}
	if c.files == nil {
		c.files = map[string]*coveredFile{}
	}
	for name, from := range f.coverage.files {
		to := c.file(name, from.text)
		for key, p := range from.points {
			to.point(key, p.name).count += p.count
		}
	}
}

// share is how much of something is covered.
type share struct{ Covered, All int }

func (s share) String() string {
	if s.All == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d %.1f%%", s.Covered, s.All, 100*float64(s.Covered)/float64(s.All))
}

// shares are those of words, branches and lines.
type shares [3]share

func (s *shares) add(kind bytecode.CoverKind, covered bool) {
	s[kind].All++
	if covered {
		s[kind].Covered++
	}
}

// row is a file in a report.
type row struct {
	Name                   string
	Words, Branches, Lines share
	Missing                string   // lines and words
	Source                 []marked // for HTML
}

// marked is a line of source with how it is covered.
type marked struct {
	Number int
	Text   string
	Class  string // "", hit, partly, missed
	Count  uint64
}

// report computes the rows of all files and their total.
func (c *Coverage) report() (rows []row, total row) {
	var sum shares
	for _, f := range c.files {
		s, lines := f.measure()
		for kind := range s {
			sum[kind].Covered += s[kind].Covered
			sum[kind].All += s[kind].All
		}
		rows = append(rows, row{Name: f.name, Words: s[bytecode.CoverWord], Branches: s[bytecode.CoverBranch], Lines: s[bytecode.CoverLine],
			Missing: missing(lines), Source: f.mark(lines)})
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.Name, b.Name) })
	return rows, row{Name: "total", Words: sum[bytecode.CoverWord], Branches: sum[bytecode.CoverBranch], Lines: sum[bytecode.CoverLine]}
}

// line is what the points of a line of source say.
type line struct {
	count       uint64
	hit, missed bool
}

// measure counts the points of a file. A line with several points that begin it,
// such as the parts of two branches, counts once.
func (f *coveredFile) measure() (shares, map[int]*line) {
	var s shares
	lines, begun := map[int]*line{}, map[int]bool{}
	for _, p := range f.points {
		at := lines[int(p.Line)]
		if at == nil {
			at = &line{}
			lines[int(p.Line)] = at
		}
		at.count = max(at.count, p.count)
		at.hit, at.missed = at.hit || p.count > 0, at.missed || p.count == 0
		if p.Kind == bytecode.CoverLine {
			begun[int(p.Line)] = begun[int(p.Line)] || p.count > 0
			continue
		}
		s.add(p.Kind, p.count > 0)
	}
	for _, hit := range begun {
		s.add(bytecode.CoverLine, hit)
	}
	return s, lines
}

// missing lists the lines that no test came to, and those of which it missed a
// part, as ranges.
func missing(lines map[int]*line) string {
	var numbers []int
	for n, l := range lines {
		if l.missed {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var ranges []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i == j {
			ranges = append(ranges, fmt.Sprint(numbers[i]))
		} else {
			ranges = append(ranges, fmt.Sprintf("%d-%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return strings.Join(ranges, ", ")
}

func (f *coveredFile) mark(lines map[int]*line) []marked {
	var list []marked
	for i, text := range strings.Split(strings.TrimSuffix(f.text, "\n"), "\n") {
		m := marked{Number: i + 1, Text: text}
		if l := lines[i+1]; l != nil {
			m.Count = l.count
			switch {
			case !l.hit:
				m.Class = "missed"
			case l.missed:
				m.Class = "partly"
			default:
				m.Class = "hit"
			}
		}
		list = append(list, m)
	}
	return list
}

// Text writes a table of the files: shares of words, branches and lines, and the
// lines that were missed in whole or in part.
func (c *Coverage) Text(w io.Writer) {
	rows, total := c.report()
	if len(rows) == 0 {
		fmt.Fprintln(w, "Coverage: the tests include no files of the project")
		return
	}
	fmt.Fprintln(w, "Coverage:")
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  file\twords\tbranches\tlines\tmissed lines")
	for _, r := range append(rows, total) {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", r.Name, r.Words, r.Branches, r.Lines, r.Missing)
	}
	_ = table.Flush() // a builder takes all
	for line := range strings.Lines(b.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

// pageHead is the page in front of the first file.
//
//go:embed coverage.html
var pageHead string

// HTML writes a page with the table and the marked sources.
func (c *Coverage) HTML(w io.Writer) error {
	rows, total := c.report()
	var b strings.Builder
	b.WriteString(pageHead)
	for i, f := range rows {
		fmt.Fprintf(&b, "  <tr><td><a href=\"#f%d\">%s</a></td><td>%s</td><td>%s</td><td>%s</td></tr>\n", i, html.EscapeString(f.Name), f.Words, f.Branches, f.Lines)
	}
	fmt.Fprintf(&b, "  <tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>\n</table>\n", total.Name, total.Words, total.Branches, total.Lines)
	for i, f := range rows {
		fmt.Fprintf(&b, "<h2 id=\"f%d\">%s</h2>\n<pre>", i, html.EscapeString(f.Name))
		for _, l := range f.Source {
			count := ""
			if l.Class != "" {
				count = fmt.Sprint(l.Count)
			}
			fmt.Fprintf(&b, `<span class="line %s"><span class="number">%d</span><span class="count">%s</span>%s</span>`, l.Class, l.Number, count, html.EscapeString(l.Text))
		}
		b.WriteString("</pre>\n")
	}
	b.WriteString("</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}
