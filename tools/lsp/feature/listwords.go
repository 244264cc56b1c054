package feature

import (
	"bytes"
	"encoding/json"

	"github.com/seqvm/seqvm/tools/doc"
)

// ListWords answers seq/listWords: all words of the language, as 'seqvm doc --json' lists them.
func (s *Server) ListWords(*json.RawMessage) (any, error) {
	var b bytes.Buffer
	if err := doc.JSON(&b, doc.Sections()); err != nil {
		return nil, err
	}
	return json.RawMessage(b.Bytes()), nil
}
