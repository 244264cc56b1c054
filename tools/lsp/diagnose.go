package lsp

import (
	"slices"
	"time"

	"github.com/seqvm/seqvm/tools/lsp/analysis"
	"github.com/seqvm/seqvm/tools/lsp/protocol"
)

// diagnosing is the documents whose diagnostics are to be published, in the order in which they became so.
type diagnosing struct {
	uris    []string
	now     string           // the one that the message is about; "": none
	running bool             // a goroutine makes a snapshot
	results chan diagnosable // from it
}

// diagnosable is a snapshot with its report made.
type diagnosable struct {
	uri      string
	snapshot *analysis.Snapshot // nil: it cannot be made
}

// longText is from how many bytes on the diagnostics of a text are made by another goroutine, and only when no message waits. Those of a shorter one
// take a few milliseconds, and come right behind each change.
const longText = 32 << 10

// stale notes documents whose diagnostics may be others now.
func (s *Server) stale(uris ...string) {
	for _, uri := range uris {
		if !slices.Contains(s.pending.uris, uri) {
			s.pending.uris = append(s.pending.uris, uri)
		}
	}
}

// publish publishes the diagnostics of the document that a message was about, if it is short.
func (s *Server) publish() error {
	uri := s.pending.now
	s.pending.now = ""
	if doc := s.feature.Document(uri); uri == "" || doc == nil || len(doc.Text()) > longText {
		return nil
	}
	return s.diagnose(uri)
}

// diagnose publishes the diagnostics of a document.
func (s *Server) diagnose(uri string) error {
	s.pending.uris = slices.DeleteFunc(s.pending.uris, func(other string) bool { return other == uri })
	if s.feature.Document(uri) == nil {
		return nil
	}
	snapshot := protect(s, func() *analysis.Snapshot { return s.feature.Snapshot(uri) })
	return s.show(snapshot)
}

// show publishes the diagnostics of a snapshot.
func (s *Server) show(snapshot *analysis.Snapshot) error {
	if snapshot == nil {
		return nil
	}
	return s.out.Notify(protocol.MethodTextDocumentPublishDiagnostics, s.feature.Diagnostics(snapshot))
}

// diagnoseAll publishes all diagnostics that are to be published, before the session ends.
func (s *Server) diagnoseAll() error {
	if s.pending.running {
		if err := s.diagnosed(<-s.pending.results); err != nil {
			return err
		}
	}
	for len(s.pending.uris) > 0 {
		if err := s.diagnose(s.pending.uris[0]); err != nil {
			return err
		}
	}
	return nil
}

// quiet is how long no message must come before a goroutine is started: who writes on wants answers about what is being written.
const quiet = 100 * time.Millisecond

// pause returns what ends when the client has been quiet for long enough to make diagnostics; nil if there are none to be made.
func (s *Server) pause() <-chan time.Time {
	if s.pending.running || len(s.pending.uris) == 0 {
		return nil
	}
	return time.After(quiet)
}

// startDiagnosing has a goroutine look at the next document, unless it looks at one.
func (s *Server) startDiagnosing() {
	for !s.pending.running && len(s.pending.uris) > 0 {
		uri := s.pending.uris[0]
		s.pending.uris = s.pending.uris[1:]
		if s.feature.Document(uri) == nil {
			continue
		}
		s.pending.running = true
		if s.pending.results == nil {
			s.pending.results = make(chan diagnosable, 1)
		}
		look := s.feature.Look(uri)
		go func() {
			s.pending.results <- diagnosable{uri, protect(s, look)}
		}()
	}
}

// diagnosed takes what the goroutine has found.
func (s *Server) diagnosed(found diagnosable) error {
	s.pending.running = false
	switch {
	case found.snapshot == nil || s.feature.Document(found.uri) == nil:
		return nil
	case !s.feature.Took(found.snapshot):
		s.stale(found.uri) // a text has changed
		return nil
	}
	return s.show(found.snapshot)
}

// protect makes a snapshot with its report; nil if a defect of the server keeps it from that.
func protect(s *Server, look func() *analysis.Snapshot) (snapshot *analysis.Snapshot) {
	defer func() {
		if r := recover(); r != nil {
			s.internal("diagnostics", r)
			snapshot = nil
		}
	}()
	snapshot = look()
	snapshot.Report()
	return snapshot
}
