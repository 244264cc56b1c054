package dynamic

import "strings"

// candidates are the files to try for what the linker calls link, the best first.
func candidates(link string) []string {
	if strings.Contains(link, ".so") || strings.Contains(link, ".dylib") {
		return []string{link}
	}
	switch link {
	case "c", "m", "dl", "pthread":
		return []string{"/usr/lib/libSystem.B.dylib"}
	}
	return []string{"lib" + link + ".dylib", "/opt/homebrew/lib/lib" + link + ".dylib", "/usr/local/lib/lib" + link + ".dylib"}
}
