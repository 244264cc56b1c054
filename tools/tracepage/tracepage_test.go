package tracepage

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seqvm/seqvm/internal/browser"
	"github.com/seqvm/seqvm/vm"
)

// Strand 1 sends to strand 2, which has waited for it.
func TestPageInABrowser(t *testing.T) {
	ms := time.Millisecond
	events := []vm.Event{
		{Kind: vm.EventRan, Strand: 2, At: 0, Until: 10 * ms},
		{Kind: vm.EventReceived, Strand: 2, At: 9 * ms, Channel: 1, Number: 1},
		{Kind: vm.EventWaits, Strand: 2, At: 9 * ms, Place: " in chan.receive at p.seq:3</script>"},
		{Kind: vm.EventRan, Strand: 1, At: 10 * ms, Until: 60 * ms},
		{Kind: vm.EventSent, Strand: 1, At: 50 * ms, Channel: 1, Number: 1},
		{Kind: vm.EventRan, Strand: 2, At: 70 * ms, Until: 100 * ms},
	}
	path := filepath.Join(t.TempDir(), "page.html")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, write(f, "p.seq", events, 12))
	require.NoError(t, f.Close())

	p := browser.Open(t, path)
	assert.Equal(t, "2 strands, 1 messages, 100.000 ms. There were 12 events, of which one in 2 was kept: there is more than is shown.", p.Text("document.querySelector('#summary').textContent"))
	assert.Equal(t, `{"from":1,"at":50000000,"to":2,"arrives":70000000,"channel":1,"number":1}`, p.Text("JSON.stringify(arrows[0])"))
	p.Click("#lanes") // the middle, on the border of both lanes: the second one
	assert.Contains(t, p.Text("document.querySelector('#about').textContent"), "waits in chan.receive at p.seq:3</script>")
	p.Click("#in")
	assert.Equal(t, "50000000", p.Text("'' + (right - left)"))
	p.Click("#whole")
	assert.Equal(t, "100000000", p.Text("'' + (right - left)"))
	assert.Empty(t, p.Errors())
	assert.Empty(t, p.Foreign())
}
