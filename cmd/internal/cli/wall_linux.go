package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"

	"github.com/seqvm/seqvm"
	"github.com/seqvm/seqvm/host/sandbox"
)

// wall has the system hold the process to what a policy gives, as far as the kernel can (Landlock), below the checks of the words. It cannot
// be taken down again. sources are files, and folders with files, that seqvm itself reads while the program runs, outputs the files that commands write
// themselves at the end; program is what the process will become, which is linked dynamically; "": it stays what it is.
func wall(p *seqvm.Policy, sources, outputs []string, program string) error {
	var rules []landlock.Rule
	read, write := p.Given(sandbox.Read), p.Given(sandbox.Write)
	for _, path := range append(read, sources...) {
		rules = append(rules, rule(path, landlock.RODirs, landlock.ROFiles))
	}
	for _, path := range write {
		if _, err := os.Stat(path); err != nil {
			path = filepath.Dir(path) // it is to be made there
		}
		rules = append(rules, rule(path, landlock.RWDirs, landlock.RWFiles))
	}
	for _, path := range outputs {
		rules = append(rules, landlock.RWDirs(filepath.Dir(path)).IgnoreIfMissing()) // they take their place when they are complete
	}
	if program != "" {
		rules = append(rules, landlock.ROFiles(program), landlock.RODirs(libraries...).IgnoreIfMissing(), landlock.ROFiles("/etc/ld.so.cache", "/proc/meminfo").IgnoreIfMissing())
	}
	if p.Gives(sandbox.Net) {
		rules = append(rules, landlock.RODirs(network...).IgnoreIfMissing())
		return set(landlock.V9.BestEffort().RestrictPaths(rules...))
	}
	return set(landlock.V9.BestEffort().Restrict(rules...))
}

// network are the folders with the settings of the lookup of names, and with the certificates that the system trusts.
var network = []string{"/etc", "/run/systemd/resolve", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/usr/share/pki", "/var/lib/ca-certificates"}

// walls tells whether the system is asked to hold a process to its policy.
const walls = true

// libraries are the folders of the system's C libraries. Those that lie elsewhere must be given for reading.
var libraries = []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"}

func rule(path string, folder, file func(...string) landlock.FSRule) landlock.FSRule {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return file(path).IgnoreIfMissing()
	}
	return folder(path).IgnoreIfMissing()
}

func set(err error) error {
	if err != nil {
		return fmt.Errorf("the sandbox cannot be set up: %w", err)
	}
	return nil
}
