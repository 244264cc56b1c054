// Package browser shows pages in a real browser without a screen, for tests: Chromium, by the DevTools protocol over a pipe
// (https://chromedevtools.github.io/devtools-protocol/). A page is opened from its file, as people do.
package browser

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// programs are what Chromium is called.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell"}

// find returns the path of the browser; "" if none is installed.
func find() string {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// patience is how long a page may take for an answer.
const patience = 60 * time.Second

// Page is a page that a browser shows.
type Page struct {
	t       testing.TB
	to      io.Writer
	session string

	mu      sync.Mutex
	next    int
	answers map[int]chan answer
	loaded  chan string // the documents that have been loaded
	errors  []string
	foreign []string
}

// Open starts a browser and shows the file in it, 1200 × 800, in light colours. It skips the test if no browser is installed.
// The browser ends with the test.
func Open(t testing.TB, file string) *Page {
	t.Helper()
	path := find()
	switch {
	case runtime.GOOS == "windows":
		t.Skip("the browser is spoken with over files that a process of Windows does not inherit")
	case path == "":
		t.Skip("no Chromium is installed: 'make browser' does that")
	}
	p := &Page{t: t, answers: map[int]chan answer{}, loaded: make(chan string, 100)}
	p.start(path)
	var target struct {
		TargetID string `json:"targetId"`
	}
	p.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	p.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.call(domain+".enable", nil, nil)
	}
	p.call("Page.setLifecycleEventsEnabled", map[string]any{"enabled": true}, nil)
	p.Resize(1200, 800)
	p.Show(file)
	return p
}

// start starts the program: it reads from its file 3 and writes to its file 4, each message ended by a zero byte.
func (p *Page) start(path string) {
	p.t.Helper()
	theirs, ours, err := os.Pipe()
	p.must(err)
	answers, written, err := os.Pipe()
	p.must(err)
	profile := p.t.TempDir()
	cmd := exec.Command(path, "--headless=new", "--remote-debugging-pipe", "--user-data-dir="+profile, "--no-sandbox", "--no-first-run",
		"--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking", "--hide-scrollbars", "--force-color-profile=srgb")
	cmd.Env = append(os.Environ(), "HOME="+profile)
	cmd.ExtraFiles = []*os.File{theirs, written}
	p.must(cmd.Start())
	_ = theirs.Close()
	_ = written.Close()
	p.to = ours
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.listen(answers)
	}()
	p.t.Cleanup(func() { // the browser ends when its pipe does
		_ = ours.Close()
		timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		timer.Stop()
		<-done
		_ = answers.Close()
	})
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// answer is what comes for a call.
type answer struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// message is what the browser sends: an answer, or that something has happened.
type message struct {
	answer
	ID     int
	Method string
	Params event
}

// event is what of the browser's events is looked at.
type event struct {
	Type             string // of Runtime.consoleAPICalled
	Name, LoaderID   string // of Page.lifecycleEvent
	Args             []struct{ Value, Description any }
	ExceptionDetails *exception
	Entry            struct{ Level, Text, URL string }
	Request          struct{ URL string }
}

type exception struct {
	Text      string
	Exception struct{ Description string }
}

func (e *exception) String() string { return strings.TrimSpace(e.Text + " " + e.Exception.Description) }

func (p *Page) listen(from io.Reader) {
	in := bufio.NewReader(from)
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			break
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			p.hear(m)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, c := range p.answers {
		close(c)
		delete(p.answers, id)
	}
}

func (p *Page) hear(m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := &m.Params; m.Method {
	case "":
		if c := p.answers[m.ID]; c != nil {
			c <- m.answer
			delete(p.answers, m.ID)
		}
	case "Page.lifecycleEvent":
		if e.Name == "load" {
			p.loaded <- e.LoaderID
		}
	case "Runtime.exceptionThrown":
		p.errors = append(p.errors, e.ExceptionDetails.String())
	case "Runtime.consoleAPICalled":
		if e.Type == "error" || e.Type == "assert" {
			p.errors = append(p.errors, fmt.Sprint("console: ", e.Args))
		}
	case "Log.entryAdded":
		if e.Entry.Level == "error" {
			p.errors = append(p.errors, e.Entry.Text+" "+e.Entry.URL)
		}
	case "Network.requestWillBeSent":
		if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:") {
			p.foreign = append(p.foreign, u)
		}
	}
}

// call asks the browser for something.
func (p *Page) call(method string, params map[string]any, into any) {
	p.t.Helper()
	c := make(chan answer, 1)
	p.mu.Lock()
	p.next++
	request := map[string]any{"id": p.next, "method": method, "params": params}
	if params == nil {
		delete(request, "params")
	}
	if p.session != "" {
		request["sessionId"] = p.session
	}
	p.answers[p.next] = c
	p.mu.Unlock()
	text, err := json.Marshal(request)
	p.must(err)
	_, err = p.to.Write(append(text, 0))
	p.must(err)
	select {
	case a, ok := <-c:
		switch {
		case !ok:
			p.t.Fatalf("browser: it has ended, at %s", method)
		case a.Error != nil:
			p.t.Fatalf("browser: %s: %s", method, a.Error.Message)
		case into != nil:
			p.must(json.Unmarshal(a.Result, into))
		}
	case <-time.After(patience):
		p.t.Fatalf("browser: no answer to %s", method)
	}
}

// Show loads a file, behind whose name "#…" may stand, or an address of HTTP, and waits until it is there. For another
// place of what is shown nothing is loaded.
func (p *Page) Show(file string) {
	p.t.Helper()
	address := file
	if !strings.HasPrefix(file, "http://") {
		name, fragment, _ := strings.Cut(file, "#")
		path, err := filepath.Abs(name)
		p.must(err)
		address = (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), Fragment: fragment}).String()
	}
	var document struct {
		LoaderID string `json:"loaderId"`
	}
	p.call("Page.navigate", map[string]any{"url": address}, &document)
	for late := time.After(patience); document.LoaderID != ""; {
		select {
		case loaded := <-p.loaded:
			if loaded == document.LoaderID {
				return
			}
		case <-late:
			p.t.Fatalf("browser: %s is not loaded", file)
		}
	}
}

// Eval computes an expression of JavaScript and stores what it is into what the pointer points to; nil: nobody wants to
// know. Of a promise that is what it becomes.
func (p *Page) Eval(expression string, into any) {
	p.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *exception
	}
	p.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		p.t.Fatalf("browser: %s: %v", expression, r.ExceptionDetails)
	}
	if into != nil {
		p.must(json.Unmarshal(r.Result.Value, into))
	}
}

// Text is what an expression of JavaScript gives, as a text.
func (p *Page) Text(expression string) (text string) {
	p.t.Helper()
	p.Eval("String("+expression+")", &text)
	return text
}

// Type types text into what has the focus.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.call("Input.insertText", map[string]any{"text": text}, nil)
}

// functionKey is the code of F1, behind which the others come.
const functionKey = 112

// Press presses a function key by its number.
func (p *Page) Press(f int) {
	p.t.Helper()
	name := fmt.Sprintf("F%d", f)
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		p.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": functionKey + f - 1}, nil)
	}
}

// Click clicks into the middle of the element that a selector finds.
func (p *Page) Click(selector string) {
	p.t.Helper()
	var at struct{ X, Y float64 }
	quoted, err := json.Marshal(selector)
	p.must(err)
	p.Eval(fmt.Sprintf("(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return {X: r.x + r.width/2, Y: r.y + r.height/2}; })()", quoted), &at)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}, nil)
	}
}

// Dark has pages show their dark colours, or their light ones.
func (p *Page) Dark(on bool) {
	p.t.Helper()
	scheme := map[bool]string{false: "light", true: "dark"}[on]
	p.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Resize gives the page another size, in pixels.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// Picture returns what the page shows, as PNG.
func (p *Page) Picture() []byte {
	p.t.Helper()
	var shot struct{ Data string }
	p.call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	p.must(err)
	return data
}

// Errors are what the pages wrote to the console as errors, what they did not catch, and what they could not load.
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.errors...)
}

// Foreign are the addresses outside of the disk that the pages asked for.
func (p *Page) Foreign() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.foreign...)
}
