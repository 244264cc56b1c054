package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is what is used of the model in testdata.
var small = selection{
	methods: []string{"shelf/find", "$/stop"},
	types:   []string{"Level", "Shelf"},
	fields:  map[string][]string{"Book": {"documentUri", "weight", "genre", "owner", "label", "cover", "notes", "data", "kind"}},
}

func read(t *testing.T, path string) *model {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	m := &model{}
	require.NoError(t, json.Unmarshal(text, m))
	return m
}

// TestSmallModel compares what is made of a model of a few types, one for each form of a type, with the files in testdata, which are Go.
// UPDATE_LSPGEN=1 writes them.
func TestSmallModel(t *testing.T) {
	files, err := generate(read(t, "testdata/small.json"), small)
	require.NoError(t, err)
	assert.Equal(t, []string{enumsFile, methodsFile, typesFile}, slices.Sorted(maps.Keys(files)))
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module small\n\ngo 1.21\n"), 0o666))
	for name, source := range files {
		path := filepath.Join("testdata", name+".want")
		if os.Getenv("UPDATE_LSPGEN") != "" {
			require.NoError(t, os.WriteFile(path, source, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(source), name)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), source, 0o666))
	}
	build := exec.Command("go", "build", "./...")
	build.Dir = dir
	out, err := build.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}

// TestRefusals: what is chosen of a model and not there is said, so that a new release of the protocol takes nothing away unnoticed.
func TestRefusals(t *testing.T) {
	m := read(t, "testdata/small.json")
	for want, use := range map[string]selection{
		"the model has no method shelf/burn":             {methods: []string{"shelf/burn"}},
		"the model has no type Paper":                    {types: []string{"Paper"}},
		"Place has no field column":                      {types: []string{"Place"}, fields: map[string][]string{"Place": {"column"}}},
		"fields of Place are chosen, but it is not used": {types: []string{"Level"}, fields: map[string][]string{"Place": {"row"}}},
	} {
		_, err := generate(m, use)
		assert.ErrorContains(t, err, want)
	}
	assert.Error(t, run("testdata/none.json", t.TempDir()))
	broken := filepath.Join(t.TempDir(), "model.json")
	require.NoError(t, os.WriteFile(broken, []byte("{"), 0o666))
	assert.ErrorContains(t, run(broken, t.TempDir()), broken)
}

// TestGeneratedFiles: the files of package protocol are what the generator writes.
func TestGeneratedFiles(t *testing.T) {
	path := os.Getenv("LSP_METAMODEL")
	if path == "" {
		path = "../../../shared/data/lsp-metamodel.json"
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("there is no meta model at %s; LSP_METAMODEL names another place", path)
	}
	dir := t.TempDir()
	require.NoError(t, run(path, dir))
	made, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, made, 3)
	for _, file := range made {
		want, err := os.ReadFile(filepath.Join(dir, file.Name()))
		require.NoError(t, err)
		have, err := os.ReadFile(filepath.Join("../../tools/lsp/protocol", file.Name()))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(have), "%s: go run ./internal/lspgen -model %s", file.Name(), path)
	}
}
