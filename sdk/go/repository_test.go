package aegis_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// root is the repository, where the cases that every SDK runs lie.
const root = "../.."

// readJSON reads a file of the repository.
func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// noEnvironment takes away every variable that sets the SDK up.
func noEnvironment(t testing.TB) {
	t.Helper()
	for _, name := range []string{"URL", "KEY", "AGENT", "SESSION", "SOCKET", "ANSWER_KEY", "ASK_TIMEOUT_MS"} {
		t.Setenv("AEGIS_"+name, "")
	}
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("XDG_CONFIG_HOME", folder)
	t.Setenv("XDG_RUNTIME_DIR", folder)
}
