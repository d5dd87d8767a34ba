package aegis_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	aegis "aegis.dev/sdk/go"
)

// TestMain makes a program of this binary that has a terminal, or none.
func TestMain(m *testing.M) {
	if url := os.Getenv("TERMINAL_PROGRAM"); url != "" {
		terminalProgram(url)
		return
	}
	os.Exit(m.Run())
}

func terminalProgram(url string) {
	guard, err := aegis.Connect(aegis.WithURL(url), aegis.WithSocket("off"), aegis.WithKey("k"), aegis.WithAgent("bot"),
		aegis.WithTimeout(time.Hour), aegis.WithAskTimeout(time.Hour), aegis.WithJournal(os.Getenv("TERMINAL_JOURNAL")))
	if err != nil {
		panic(err)
	}
	look := func(aegis.Args) (any, error) { return 1, nil }
	if _, err := guard.Wrap("look", nil, look); err != nil {
		panic(err)
	}
	ended := "it ran"
	if _, err := guard.Wrap("wipe", map[string]any{"path": "/tmp/x\x1b[2Jy\u202e"}, look); err != nil {
		ended = fmt.Sprintf("it was blocked: %T", err)
	}
	fmt.Println(ended)
}

// absentAegis answers the first question and then nothing more, once what is done meanwhile is done.
func absentAegis(t *testing.T, mode string, meanwhile func()) string {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		text, _ := io.ReadAll(request.Body)
		var body map[string]any
		_ = json.Unmarshal(text, &body)
		said := any(map[string]any{"findings": []any{}})
		switch {
		case strings.HasPrefix(request.URL.Path, "/v1/agents/"):
			said = map[string]any{"onUnavailable": mode, "readOnlyTools": []any{}}
		case request.URL.Path == "/v1/actions" && asked.Add(1) > 1:
			meanwhile()
			response.WriteHeader(http.StatusBadGateway)
			return
		case request.URL.Path == "/v1/actions":
			said = map[string]any{"action": body["id"], "effect": "allow", "risk": "LOW", "policy": "", "reasons": []any{
				map[string]any{"code": "TOOL_ALLOWED", "rule": "test", "message": "The test says so."}},
				"obligations": map[string]any{"timeoutMs": 1, "maxOutputBytes": 1}}
		}
		response.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(response).Encode(said)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// newTerminal is the side a person sees and types at, and the side a program is started from.
func newTerminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = person.Close() })
	number := ioctl(t, person, syscall.TIOCGPTN)
	ioctl(t, person, syscall.TIOCSPTLCK)
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

// ioctl asks or sets a number of a terminal, which is 0 where it is set.
func ioctl(t *testing.T, terminal *os.File, request uintptr) int {
	t.Helper()
	var number int32
	raw, err := terminal.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var fault syscall.Errno
	err = raw.Control(func(file uintptr) {
		_, _, fault = syscall.Syscall(syscall.SYS_IOCTL, file, request, uintptr(unsafe.Pointer(&number)))
	})
	if err != nil || fault != 0 {
		t.Fatal(err, fault)
	}
	return int(number)
}

// until is what stands on the terminal up to these words.
func until(t *testing.T, terminal io.Reader, words string) string {
	t.Helper()
	var said bytes.Buffer
	part := make([]byte, 4_096)
	for !strings.Contains(said.String(), words) {
		read, err := terminal.Read(part)
		if err != nil {
			t.Fatalf("%v after %q", err, said.String())
		}
		said.Write(part[:read])
	}
	return said.String()
}

func programAt(url, journal string) *exec.Cmd {
	program := exec.Command(os.Args[0])
	program.Env = []string{"TERMINAL_PROGRAM=" + url, "TERMINAL_JOURNAL=" + journal, "HOME=" + filepath.Dir(journal)}
	return program
}

func journalledAs(t *testing.T, journal, effect string) {
	t.Helper()
	text, err := os.ReadFile(journal)
	var entry struct{ Effect, Mode string }
	if err != nil || json.Unmarshal(text, &entry) != nil || entry.Effect != effect || entry.Mode != "local_approval" {
		t.Errorf("%v %s", err, text)
	}
}

func TestAtTerminal(t *testing.T) {
	noEnvironment(t)
	for _, one := range []struct{ early, typed, ended, effect string }{
		{"", "yes", "it ran", "allow"},
		{"", " YES ", "it ran", "allow"},
		{"", "no", "it was blocked: *aegis.UnavailableError", "deny"},
		{"", "", "it was blocked: *aegis.UnavailableError", "deny"},
		{"", "yes please", "it was blocked: *aegis.UnavailableError", "deny"},
		{"yes", "no", "it was blocked: *aegis.UnavailableError", "deny"},
		{"no", "yes", "it ran", "allow"},
	} {
		t.Run(fmt.Sprintf("[SDK-81] in Go a person types %q before the question and %q after it: %s", one.early, one.typed, one.ended), func(t *testing.T) {
			person, terminal := newTerminal(t)
			journal := filepath.Join(t.TempDir(), "bot.jsonl")
			url := absentAegis(t, "local_approval", func() {
				// What was typed is there to be read before Aegis goes away.
				for one.early != "" && ioctl(t, terminal, syscall.TIOCINQ) == 0 {
				}
			})
			if one.early != "" {
				fmt.Fprintln(person, one.early)
			}
			program := programAt(url, journal)
			program.Stdin, program.Stdout, program.Stderr = terminal, terminal, terminal
			program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			said := until(t, person, "block it: ")
			if !strings.Contains(said, `wipe {"path":"/tmp/x`) || strings.ContainsAny(said, "\x1b\u202e") {
				t.Errorf("%q", said)
			}
			fmt.Fprintln(person, one.typed)
			until(t, person, one.ended)
			if err := program.Wait(); err != nil {
				t.Error(err)
			}
			journalledAs(t, journal, one.effect)
		})
	}
	t.Run("[SDK-81] a Go program without a terminal runs nothing while Aegis is away, whatever its input says", func(t *testing.T) {
		journal := filepath.Join(t.TempDir(), "bot.jsonl")
		program := programAt(absentAegis(t, "local_approval", func() {}), journal)
		program.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		program.Stdin = strings.NewReader("yes\n")
		said, err := program.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "it was blocked: *aegis.UnavailableError") {
			t.Errorf("%v %s", err, said)
		}
		journalledAs(t, journal, "deny")
	})
}

func TestQuestion(t *testing.T) {
	t.Run("[SDK-81] of long arguments a person is shown the beginning and how much more there is, in Go too", func(t *testing.T) {
		asked := aegis.Question("write", map[string]any{"text": strings.Repeat("ü", 3_000)})
		if !strings.Contains(asked, "ü… (1017 more characters)\n") || strings.Count(asked, "\n") != 1 {
			t.Error(asked)
		}
	})
	t.Run("[SDK-81] a call that is taken back while a person at the terminal is asked fails with the caller's own error, in Go too", func(t *testing.T) {
		guard := connect(t, aegis.WithURL(absentAegis(t, "local_approval", func() {})), aegis.WithSocket("off"), aegis.WithJournal(filepath.Join(t.TempDir(), "bot.jsonl")))
		if _, err := guard.Decide(context.Background(), aegis.Proposal{Name: "look"}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		guard.WhileAtTerminal(cancel)
		if _, err := guard.Decide(ctx, aegis.Proposal{Name: "wipe"}); err != context.Canceled {
			t.Error(err)
		}
	})
}
