package builtins

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unsafe"

	"github.com/seqvm/seqvm/host/sandbox"
	"github.com/seqvm/seqvm/internal/hugepage"
	"github.com/seqvm/seqvm/internal/memory"
	"github.com/seqvm/seqvm/stack"
	"github.com/seqvm/seqvm/vm"
)

// fileWords: chapter 6, section 4. A failure of the outside world is a flag,
// never an error of the program. Paths and contents are bytes.
var fileWords = []Word{
	{Name: "file.slurp", Effect: "( ..a String -- ..a String Bool )", Needs: sandbox.ReadPath, Doc: "The content of a file; empty and false if it cannot be read.", Flag: "whether the file could be read", Run: slurp},
	{Name: "file.spit", Effect: "( ..a String String -- ..a Bool )", Needs: sandbox.WritePath, Doc: "Makes the content below the path that of the file, which is created if missing; false on failure.", Flag: "whether the file could be written", Run: writeFile(os.O_TRUNC)},
	{Name: "file.append", Effect: "( ..a String String -- ..a Bool )", Needs: sandbox.WritePath, Doc: "Writes the content below the path at the end of the file, which is created if missing; false on failure.", Flag: "whether the file could be written", Run: writeFile(os.O_APPEND)},
	{Name: "file.exists?", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.ReadPath, Doc: "Is there anything at the path?", Run: existing(func(fs.FileMode) bool { return true })},
	{Name: "file.delete", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.WritePath, Doc: "Removes a file or symbolic link, never a directory; false on failure.", Flag: "whether the file was deleted", Run: onPath((*sandbox.Policy).RemoveFile)},
	{Name: "file.size", Effect: "( ..a String -- ..a Int Bool )", Needs: sandbox.ReadPath, Doc: "The size of a file in bytes; 0 and false if there is none.", Flag: "whether the file exists", Run: func(s *vm.Strand, w []stack.Value) error {
		info, err := stat(s, w[0])
		if err != nil {
			return err
		}
		size := int64(0)
		if info != nil {
			size = info.Size()
		}
		flagged(w, stack.FromInt(size), info != nil)
		return nil
	}},
	{Name: "file.for-each-line", Effect: "( ..a String [ String -- ] -- ..a Bool )", Doc: "Runs the quotation for each line of a file, each with its line end; false if it cannot be read.", Calls: []string{"%file.lines", "%file.line", "chan.yield"}},
}

// lineWords are what file.for-each-line is built on.
var lineWords = []Word{
	{Name: "%file.lines", Effect: "( ..a String -- ..a R )", Needs: sandbox.ReadPath, Doc: "The lines of a file, for %file.line.", Run: openLines},
	{Name: "%file.line", Effect: "( ..a R -- ..a String Int )", Doc: "The next line and 1; empty and 0 at the end; empty and -1 on failure.", Run: nextLine},
}

// directoryWords: chapter 6, section 5.
var directoryWords = []Word{
	{Name: "dir.exists?", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.ReadPath, Doc: "Is there a directory at the path?", Run: existing(fs.FileMode.IsDir)},
	{Name: "dir.make", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.WritePath, Doc: "Creates a directory and all that are missing above it; false on failure.", Flag: "whether the directory was made", Run: onPath(func(p *sandbox.Policy, path string) error {
		if path == "" {
			return nil
		}
		return p.MakeDir(path)
	})},
	{Name: "dir.delete", Effect: "( ..a String -- ..a Bool )", Needs: sandbox.WritePath, Doc: "Removes an empty directory; false on failure.", Flag: "whether the directory was deleted", Run: onPath((*sandbox.Policy).RemoveDir)},
	{Name: "dir.list", Effect: "( ..a String -- ..a V Bool )", Needs: sandbox.ReadPath, Doc: "The list of the names in a directory, in alphabetical order; empty and false if it cannot be read.", Flag: "whether the directory could be read", Run: listDirectory},
}

// pathOf copies a path out of the strand's memory, for calls that wait.
func pathOf(v stack.Value) string { return strings.Clone(v.AsString()) }

// policy is what the program may reach of files, network and environment.
func policy(s *vm.Strand) *sandbox.Policy { return s.VM().Config().Sandbox }

// denied makes what the policy does not allow the error of the word; other failures are told by its flag.
func denied(err error) error {
	if d := sandbox.Denied(err); d != nil {
		return vm.Fail("%v", d)
	}
	return nil
}

// onPath makes a word of a function of a path that may wait for the file system.
func onPath(f func(p *sandbox.Policy, path string) error) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) (err error) {
		path := pathOf(w[0])
		s.Blocking(func() { err = f(policy(s), path) })
		if err := denied(err); err != nil {
			return err
		}
		w[0] = stack.FromBool(err == nil)
		return nil
	}
}

// stat follows links; nil if there is nothing. The error is that of the word.
func stat(s *vm.Strand, path stack.Value) (info fs.FileInfo, err error) {
	name := pathOf(path)
	s.Blocking(func() { info, err = policy(s).Stat(name) })
	if err != nil {
		return nil, denied(err)
	}
	return info, nil
}

// existing makes a word that asks for something of a kind at a path.
func existing(as func(fs.FileMode) bool) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		info, err := stat(s, w[0])
		if err != nil {
			return err
		}
		w[0] = stack.FromBool(info != nil && as(info.Mode()))
		return nil
	}
}

func slurp(s *vm.Strand, w []stack.Value) error {
	path := pathOf(w[0])
	var content []byte
	var err error
	s.Blocking(func() { content, err = readFile(s, path) })
	if err != nil {
		content = nil
	}
	if err := denied(err); err != nil {
		return err
	}
	flagged(w, stack.FromOwned(content), err == nil)
	return nil
}

// writeFile makes a word that writes a file; how is os.O_TRUNC or os.O_APPEND.
// An error of close counts: some file systems report a full disk only there.
func writeFile(how int) func(*vm.Strand, []stack.Value) error {
	return func(s *vm.Strand, w []stack.Value) error {
		content, path := w[0].AsString(), pathOf(w[1]) // the strand waits, so its arena stays as it is
		var err error
		s.Blocking(func() {
			var f *os.File
			if f, err = policy(s).OpenWriting(path, how); err == nil {
				defer func() { err = errors.Join(err, f.Close()) }()
				err = writeAll(s, f, content)
			}
		})
		if err := denied(err); err != nil {
			return err
		}
		w[0] = stack.FromBool(err == nil)
		return nil
	}
}

func listDirectory(s *vm.Strand, w []stack.Value) error {
	path := pathOf(w[0])
	var names []stack.Value
	var err error
	s.Blocking(func() {
		var entries []fs.DirEntry
		if entries, err = policy(s).ReadDir(path); err == nil {
			for _, e := range entries {
				names = append(names, stack.FromString(e.Name()))
			}
		}
	})
	if err := denied(err); err != nil {
		return err
	}
	flagged(w, listOf(names), err == nil)
	return nil
}

// lines reads a file line by line. An abandoned one (os.exit, an error, a weave
// that nobody resumes) is closed by Go's collector.
type lines struct {
	mu     sync.Mutex // bytecode of others may have several strands read
	file   *os.File
	buffer []byte // of which from..to is read but not yet delivered
	from   int
	to     int
	err    error
}

// lineBuffer is how much is read at once.
const lineBuffer = 64 << 10

func openLines(s *vm.Strand, w []stack.Value) error {
	path, l := pathOf(w[0]), &lines{}
	s.Blocking(func() { l.file, l.err = policy(s).Open(path) })
	if err := denied(l.err); err != nil {
		return err
	}
	w[0] = stack.FromObject(stack.Lines, unsafe.Pointer(l))
	return nil
}

func nextLine(s *vm.Strand, w []stack.Value) error {
	if w[0].Kind() != stack.Lines {
		return vm.Mismatch(stack.Lines.String(), w[0])
	}
	l := (*lines)(w[0].Object())
	l.mu.Lock()
	defer l.mu.Unlock()
	line, ok := l.next(s)
	switch {
	case ok:
		w[0], w[1] = s.Bytes(line), stack.FromInt(1)
	case l.err == io.EOF:
		w[0], w[1] = stack.FromString(""), stack.FromInt(0)
	default:
		w[0], w[1] = stack.FromString(""), stack.FromInt(-1)
	}
	return nil
}

// next returns the next line with one LF at its end; it is valid until the next
// call. At the end of the file, or when it cannot be read, the file is closed.
func (l *lines) next(s *vm.Strand) (line []byte, ok bool) {
	for looked := l.from; ; {
		s.Heed()
		if i := bytes.IndexByte(l.buffer[looked:l.to], '\n'); i >= 0 {
			line = l.buffer[l.from : looked+i+1]
			l.from = looked + i + 1
			if n := len(line); n > 1 && line[n-2] == '\r' {
				line = line[:n-1]
				line[n-2] = '\n'
			}
			return line, true
		}
		if l.err != nil {
			break
		}
		rest := l.to - l.from
		l.fill(s)
		looked = l.from + rest
	}
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
	if l.err != io.EOF || l.from == l.to {
		return nil, false
	}
	line = append(memory.Room(l.buffer[l.from:l.to:l.to], 1), '\n')
	l.from = l.to
	return line, true
}

// fill reads more behind what is there.
func (l *lines) fill(s *vm.Strand) {
	copy(l.buffer, l.buffer[l.from:l.to])
	l.from, l.to = 0, l.to-l.from
	if l.to == len(l.buffer) {
		l.buffer = hugepage.Grow(l.buffer, len(l.buffer)+max(lineBuffer, len(l.buffer)))
	}
	n := 0
	s.Blocking(func() { n, l.err = l.file.Read(l.buffer[l.to:]) })
	l.to += n
}
