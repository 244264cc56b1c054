package editors

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
)

const (
	codeServer = "../../.editors/code-server/node_modules/code-server/out/node/entry.js"
	extension  = "../../seq.vsix"
)

// vsCode starts code-server, which is VS Code in the browser, with the extension and a folder that has files, and
// returns a function that gives the address which shows one of them. It skips the test where something is not installed.
func vsCode(t *testing.T, files map[string]string) (show func(name string) string) {
	needsNode(t)
	for path, target := range map[string]string{codeServer: "code-server", extension: "vsix"} {
		if _, err := os.Stat(path); err != nil {
			t.Skipf("%s is not there: make %s", filepath.Base(path), target)
		}
	}
	home := t.TempDir()
	folder := filepath.Join(home, "project")
	require.NoError(t, os.MkdirAll(folder, 0o777))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666))
	}
	set, err := json.Marshal(map[string]any{
		"seqvm.path": seqvm(t), "workbench.startupEditor": "none", "security.workspace.trust.enabled": false, "telemetry.telemetryLevel": "off",
		"editor.minimap.enabled": false, "workbench.tips.enabled": false, "update.mode": "none", "extensions.autoCheckUpdates": false,
		"chat.commandCenter.enabled": false, "workbench.colorTheme": "Default Light Modern", "editor.hover.sticky": true,
	})
	require.NoError(t, err)
	for _, whose := range []string{"User", "Machine"} {
		require.NoError(t, os.MkdirAll(filepath.Join(home, "data", whose), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(home, "data", whose, "settings.json"), set, 0o666))
	}
	places := []string{codeServer, "--user-data-dir", filepath.Join(home, "data"), "--extensions-dir", filepath.Join(home, "extensions")}
	environment := append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home)

	install := exec.Command("node", append(places, "--install-extension", extension)...)
	install.Env = environment
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)

	serve := exec.Command("node", append(places, "--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check",
		"--disable-workspace-trust", "--disable-getting-started-override", folder)...)
	serve.Env = environment
	log, err := serve.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, serve.Start())
	t.Cleanup(func() {
		_ = serve.Process.Signal(os.Interrupt)
		_ = serve.Wait()
	})
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if m := regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`).FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() { // so that the pipe never fills
				}
			}()
			address, err := url.Parse(m[1])
			require.NoError(t, err)
			return func(name string) string {
				file := fmt.Sprintf(`[["openFile","vscode-remote://%s%s"]]`, address.Host, filepath.ToSlash(filepath.Join(folder, name)))
				address.Path, address.RawQuery = "/", url.Values{"folder": {folder}, "payload": {file}}.Encode()
				return address.String()
			}
		}
	}
	require.Fail(t, "code-server does not listen")
	return nil
}

// await waits until an expression of JavaScript is true in the page.
func await(p *browser.Page, condition string) {
	p.Eval("new Promise((done) => { const look = () => ("+condition+") ? done() : setTimeout(look, 50); look(); })", nil)
}

// shown is an expression for what the editor shows of its text, with the hints in it.
const shown = `[...document.querySelectorAll('.editor-instance .view-line')].map((l) => l.textContent.replaceAll('\u00a0', ' ')).join('\n')`

// TestVSCode shows files in VS Code: a diagnostic, the stack at line ends, and a test that is run by its mark. With
// UPDATE_PICTURES set it makes the pictures of docs/editors.md.
func TestVSCode(t *testing.T) {
	show := vsCode(t, map[string]string{"shapes.seq": pictured, "test-squares.seq": `include std:list

: square ( Int -- Int ) dup i.* ;

: test-square ( -- )
  3 square
  9 test.assert-eq ;

: test-wrong ( -- )
  2 square 5 test.assert-eq ;
`})
	empty := filepath.Join(t.TempDir(), "empty.html")
	require.NoError(t, os.WriteFile(empty, nil, 0o666))
	page := browser.Open(t, empty)
	page.Resize(900, 520)
	page.Show(show("shapes.seq"))
	await(page, "document.querySelector('.squiggly-error')")
	await(page, shown+".includes('( Float )')")
	assert.Contains(t, page.Text(shown), "describ ")
	picture(t, page, "editor-vscode")

	page.Show(show("test-squares.seq"))
	await(page, "document.querySelectorAll('.testing-run-glyph').length == 2")
	page.Click(".testing-run-glyph")
	await(page, "document.querySelector('.glyph-margin-widgets .codicon-testing-passed-icon')")
	picture(t, page, "editor-vscode-tests")
}

// TestVSCodeDebugs sets a breakpoint in VS Code by F9, on a line above the first word, has the program come there by F5 and steps by F10. With
// UPDATE_PICTURES set it makes a picture of docs/editors.md.
func TestVSCodeDebugs(t *testing.T) {
	show := vsCode(t, map[string]string{"jobs.seq": debugged})
	empty := filepath.Join(t.TempDir(), "empty.html")
	require.NoError(t, os.WriteFile(empty, nil, 0o666))
	page := browser.Open(t, empty)
	page.Resize(1100, 640)
	page.Show(show("jobs.seq"))
	await(page, shown+".includes('( Int )')")
	page.Click(".editor-instance .view-line")
	page.Press(9)
	await(page, "document.querySelector('.codicon-debug-breakpoint')")
	page.Press(5)
	await(page, "document.querySelector('.codicon-debug-stackframe')")
	await(page, variables+".includes('Square')")
	page.Press(10)
	await(page, variables+".includes('0 =3')")
	page.Press(10)
	await(page, variables+".includes('0 =3') && "+variables+".includes('1 =3') && "+variables+".includes('channel')")
	text := page.Text("document.body.innerText")
	assert.Contains(t, text, "strand #2")
	picture(t, page, "editor-vscode-debugger")
}

// variables is an expression for what the debugger shows of the stack.
const variables = `[...document.querySelectorAll('.debug-variables .monaco-list-row')].map((l) => l.textContent).join('\n')`

// debugged is the program of the picture of the debugger.
const debugged = `# A worker gets jobs by one channel and answers by another.
union Job {
  Square { side: Int }
  Rect { width: Int, height: Int }
}

: area ( Job -- Int )
  match
    Square -> dup i.*
    Rect -> i.*
  end
;

: work ( Channel Channel -- )
  over chan.receive
  [ area over chan.send drop work ]
  [ drop drop drop ] if
;

: send ( Channel Job -- Channel ) over chan.send drop ;
: show ( Channel -- Channel )
  dup chan.receive drop int->string io.write-line
;

: main ( -- )
  chan.make chan.make
  [ work ] strand.spawn drop
  swap 3 Make-Square send 4 5 Make-Rect send 6 Make-Square send
  chan.close show show show drop
;
`

// pictured is the program of the pictures. It has a word that is misspelt.
const pictured = `union Shape {
  Circle { radius: Float }
  Rect { width: Float, height: Float }
}

# The area of a shape.
: area ( Shape -- Float )
  match
    Circle -> dup f.* f.pi f.*
    Rect -> f.*
  end
;

: describe ( Shape -- String )
  area float->string
  "area " swap +
;

: main ( -- )
  2.0 Make-Circle describ io.write-line
  3.0 4.0 Make-Rect
  describe io.write-line
;
`

// picture writes what the page shows into docs/pictures, if UPDATE_PICTURES is set.
func picture(t *testing.T, page *browser.Page, name string) {
	if os.Getenv("UPDATE_PICTURES") != "" {
		require.NoError(t, os.WriteFile("../../docs/pictures/"+name+".png", page.Picture(), 0o644))
	}
}
