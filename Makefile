# Everything is done by the go tool; this file only names the usual jobs.
GO ?= go
# A number of inputs and not a duration: when a duration ends in the middle of an
# input, Go may report its own deadline as a failure. make fuzz FUZZTIME=5m runs longer.
FUZZTIME ?= 5000x

.PHONY: all build install test race lint vet staticcheck format cover fuzz fuzz-short bench docs clean

all: build

build:
	$(GO) build -o seqvm ./cmd/seqvm

install:
	$(GO) install ./cmd/seqvm

# test is what has to pass before a change goes in.
test: lint
	$(GO) test ./...
	$(MAKE) race
	$(MAKE) fuzz-short

race:
	$(GO) test -race ./scheduler ./channel ./vm ./cmd/seqvm

lint: format vet staticcheck

format:
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted:" $$files; exit 1; fi

vet:
	$(GO) vet ./...

staticcheck:
	$(GO) tool staticcheck ./...

cover:
	$(GO) test -coverpkg=./... -coverprofile=coverage.out ./...
	$(GO) tool cover -html=coverage.out -o coverage.html
	$(GO) tool cover -func=coverage.out | tail -1

# fuzz runs every fuzz target for FUZZTIME.
fuzz fuzz-short:
	$(GO) test ./syntax -run '^$$' -fuzz '^FuzzParse$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./types -run '^$$' -fuzz '^FuzzCheck$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./bytecode -run '^$$' -fuzz '^FuzzDecode$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./bytecode -run '^$$' -fuzz '^FuzzVerify$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./builtins -run '^$$' -fuzz '^FuzzJSON$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./builtins -run '^$$' -fuzz '^FuzzYAML$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./regex -run '^$$' -fuzz '^FuzzCompile$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x
	$(GO) test ./internal/reference -run '^$$' -fuzz '^FuzzGenerated$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 10x

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# docs writes what is made from the tables: docs/words.md and the examples' results.
docs:
	UPDATE_DOCS=1 $(GO) test ./doc
	UPDATE_DOCS=1 $(GO) test ./doc

clean:
	rm -f seqvm coverage.out coverage.html
