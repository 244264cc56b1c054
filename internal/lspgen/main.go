// Command lspgen makes the Go types of the Language Server Protocol that the language server uses, of the
// protocol's meta model (the file metaModel.json of its specification):
//
//	go run ./internal/lspgen -model metaModel.json -out tools/lsp/protocol
//
// Only what the messages in used.go need is made, and of the model only names, fields and values: no prose.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	path := flag.String("model", "", "the meta model")
	out := flag.String("out", "tools/lsp/protocol", "the folder of the files to write")
	flag.Parse()
	if err := run(*path, *out); err != nil {
		fmt.Fprintln(os.Stderr, "lspgen:", err)
		os.Exit(1)
	}
}

func run(path, out string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var m model
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	files, err := generate(&m, used)
	if err != nil {
		return err
	}
	for name, source := range files {
		if err := os.WriteFile(filepath.Join(out, name), source, 0o666); err != nil {
			return err
		}
	}
	return nil
}
