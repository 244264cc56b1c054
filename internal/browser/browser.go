// Package browser looks at pages in Chromium without a screen, for tests. 'make browser' installs it.
package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// names are those of the program.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome"}

// Page is a page that a browser shows.
type Page struct {
	t    *testing.T
	conn *websocket.Conn
	id   int
	// Problems are what it has written to the console, errors of its scripts, and requests for anything but itself.
	Problems []string
}

// message is one of the protocol of Chromium's developer tools.
type message struct {
	ID     int             `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

// Open shows the page at a URL, and skips the test if there is no browser.
func Open(t *testing.T, url string) *Page {
	program := ""
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("there is no Chromium: 'make browser' installs it")
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-port=0", "--remote-allow-origins=*",
		"--user-data-dir="+t.TempDir(), "--window-size=1200,900", "about:blank")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address := ""
	lines := bufio.NewScanner(stderr)
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "DevTools listening on ws://")
	}
	require.NotEmpty(t, address, "the browser has not started")
	host, _, _ := strings.Cut(address, "/")
	p := &Page{t: t}
	p.conn, err = websocket.Dial(target(t, host), "", "http://"+host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.conn.Close() })
	for _, domain := range []string{"Runtime", "Log", "Page", "Network"} {
		p.call(domain+".enable", nil)
	}
	p.call("Page.navigate", map[string]any{"url": url})
	for p.Eval("document.readyState + location.href") != "complete"+url {
	}
	return p
}

// target is the address of the page that the browser has at its start.
func target(t *testing.T, host string) string {
	answer, err := http.Get("http://" + host + "/json/list")
	require.NoError(t, err)
	defer answer.Body.Close()
	var targets []struct {
		Type string `json:"type"`
		URL  string `json:"webSocketDebuggerUrl"`
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&targets))
	for _, of := range targets {
		if of.Type == "page" {
			return of.URL
		}
	}
	t.Fatal("the browser has no page")
	return ""
}

// call sends a command and returns its result.
func (p *Page) call(method string, params any) json.RawMessage {
	p.t.Helper()
	p.id++
	encoded, err := json.Marshal(params)
	require.NoError(p.t, err)
	if params == nil {
		encoded = []byte("{}")
	}
	require.NoError(p.t, websocket.JSON.Send(p.conn, message{ID: p.id, Method: method, Params: encoded}))
	for {
		var m message
		require.NoError(p.t, websocket.JSON.Receive(p.conn, &m))
		switch {
		case m.ID == p.id:
			require.Empty(p.t, string(m.Error), method)
			return m.Result
		case m.Method == "Runtime.consoleAPICalled", m.Method == "Runtime.exceptionThrown", m.Method == "Log.entryAdded":
			p.Problems = append(p.Problems, m.Method+": "+string(m.Params))
		case m.Method == "Network.requestWillBeSent":
			var sent struct{ Request struct{ URL string } }
			require.NoError(p.t, json.Unmarshal(m.Params, &sent))
			if url := sent.Request.URL; !strings.HasPrefix(url, "file:") && !strings.HasPrefix(url, "data:") && url != "about:blank" {
				p.Problems = append(p.Problems, "a request for "+url)
			}
		}
	}
}

// Eval returns the value of an expression of JavaScript as a string.
func (p *Page) Eval(expression string) string {
	p.t.Helper()
	var result struct {
		Result           struct{ Value any }
		ExceptionDetails any
	}
	require.NoError(p.t, json.Unmarshal(p.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}), &result))
	require.Nil(p.t, result.ExceptionDetails, expression)
	return fmt.Sprint(result.Result.Value)
}

// Click clicks with the mouse into the middle of the first element that a CSS selector finds.
func (p *Page) Click(selector string) {
	p.t.Helper()
	var x, y float64
	at := p.Eval(fmt.Sprintf("(e => { e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return (r.x + r.width / 2) + ' ' + (r.y + r.height / 2) })(document.querySelector(%q))", selector))
	_, err := fmt.Sscan(at, &x, &y)
	require.NoError(p.t, err)
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})
	}
}

// Picture is the page as it looks now, as a PNG in base64.
func (p *Page) Picture() string {
	var shot struct{ Data string }
	require.NoError(p.t, json.Unmarshal(p.call("Page.captureScreenshot", nil), &shot))
	return shot.Data
}
