package aegis_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	aegis "aegis.dev/sdk/go"
)

// contractCase is one of conformance/sdk.
type contractCase struct {
	ID        string          `json:"id"`
	Why       string          `json:"why"`
	Over      string          `json:"over"`
	Client    map[string]any  `json:"client"`
	Env       map[string]any  `json:"env"`
	Self      json.RawMessage `json:"self"`
	Gateway   []exchange      `json:"gateway"`
	Unordered bool            `json:"unordered"`
	Terminal  []string        `json:"terminal"`
	Program   json.RawMessage `json:"program"`
}

type omitted struct{ What, Why string }

func TestContract(t *testing.T) {
	noEnvironment(t)
	var base contractBase
	readJSON(t, "conformance/sdk/base.json", &base)
	var implementations map[string]struct{ Omits []omitted }
	readJSON(t, "conformance/sdk/implementations.json", &implementations)
	left := map[string]bool{}
	for _, one := range implementations["go"].Omits {
		left[one.What] = true
	}
	files, err := filepath.Glob(filepath.Join(root, "conformance/sdk/*.json"))
	if err != nil || len(files) < 5 {
		t.Fatal("no cases", err)
	}
	for _, path := range files {
		if name := filepath.Base(path); name == "base.json" || name == "implementations.json" {
			continue
		}
		var file struct{ Cases []contractCase }
		readJSON(t, strings.TrimPrefix(path, root), &file)
		for _, one := range file.Cases {
			if left[one.ID] {
				delete(left, one.ID)
				continue
			}
			for _, over := range []string{"http", "socket"} {
				if one.Over == "" || one.Over == over {
					t.Run("[SDK-40] "+one.ID+" over "+over+": "+one.Why, func(t *testing.T) { runContract(t, base, one, over) })
				}
			}
		}
	}
	for what := range left {
		t.Errorf("%s is left out and is no case", what)
	}
}

// run is one case under way.
type run struct {
	t       *testing.T
	one     contractCase
	gateway *gateway
	url     string
	socket  string
	folder  string
	options map[string]any
	guard   *aegis.Guard
	setup   error
	stderr  lockedBuffer
	started map[string]*started
}

type started struct {
	cancel context.CancelFunc
	done   chan map[string]any
	step   map[string]any
}

// change changes the very arguments that were handed over.
func (s *started) change(to map[string]any) {
	args, _ := s.step["args"].(map[string]any)
	for key, value := range to {
		args[key] = value
	}
}

// lockedBuffer is a terminal of which several goroutines write.
type lockedBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(text)
}

func (b *lockedBuffer) taken() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	defer b.text.Reset()
	return b.text.String()
}

func runContract(t *testing.T, base contractBase, one contractCase, over string) {
	if one.Env == nil {
		t.Parallel()
	}
	played := newGateway(t, base, one.Gateway)
	played.unordered = one.Unordered
	played.selves = selvesOf(t, one.Self)
	run := &run{t: t, one: one, gateway: played, folder: t.TempDir(), started: map[string]*started{}, options: overlaid(base.Client, one.Client)}
	if over == "http" {
		run.url, run.socket = listen(t, played), "off"
	} else {
		run.url, run.socket = "http://127.0.0.1:9", listenLines(t, played.line)
	}
	defer played.end()
	// Each run changes what it was given.
	var program []map[string]any
	if err := json.Unmarshal(one.Program, &program); err != nil {
		t.Fatal(err)
	}
	for _, step := range program {
		if step["do"] == "journal_write" {
			run.writeJournal(step)
		}
	}
	run.connect(run.options)
	for at, step := range program {
		run.step(at, step)
	}
}

func selvesOf(t *testing.T, raw json.RawMessage) []any {
	if raw == nil {
		return nil
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

func (r *run) journal() string { return filepath.Join(r.folder, "journal", "bot.jsonl") }

func (r *run) connect(options map[string]any) {
	text := func(key string) string {
		value, _ := options[key].(string)
		return strings.ReplaceAll(value, "$ANSWER_KEY", r.gateway.base.AnswerKey.Public)
	}
	duration := func(key string) time.Duration {
		value, _ := options[key].(float64)
		return time.Duration(value) * time.Millisecond
	}
	journal := r.journal()
	if options["journal"] == "$UNWRITABLE" {
		file := filepath.Join(r.folder, "a file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			r.t.Fatal(err)
		}
		journal = filepath.Join(file, "bot.jsonl")
	}
	if r.one.Env != nil {
		for name, value := range r.one.Env {
			text, _ := value.(string)
			r.t.Setenv(name, strings.NewReplacer("$URL", r.url, "$SOCKET", r.socket).Replace(text))
		}
		r.guard, r.setup = aegis.Connect(aegis.WithJournal(journal), aegis.WithNotices(&r.stderr))
		r.connected()
		return
	}
	if options["socket"] == "$OPEN_SOCKET" {
		if err := os.Chmod(filepath.Dir(r.socket), 0o755); err != nil {
			r.t.Fatal(err)
		}
	}
	r.guard, r.setup = aegis.Connect(aegis.WithURL(r.url), aegis.WithSocket(r.socket), aegis.WithKey(text("key")), aegis.WithAgent(text("agent")),
		aegis.WithSession(text("session")), aegis.WithAskTimeout(duration("ask_timeout_ms")), aegis.WithTimeout(duration("timeout_ms")),
		aegis.WithAnswerKey(text("answer_key")), aegis.WithJournal(journal), aegis.WithNotices(&r.stderr))
	r.connected()
}

// connected puts the person of the case, who may be nobody, at the terminal.
func (r *run) connected() {
	if r.guard == nil {
		return
	}
	r.t.Cleanup(r.guard.Close)
	r.guard.AtTerminal(func() string {
		if len(r.one.Terminal) == 0 {
			return ""
		}
		answer := r.one.Terminal[0]
		r.one.Terminal = r.one.Terminal[1:]
		return answer
	})
}

func (r *run) step(at int, step map[string]any) {
	do, _ := step["do"].(string)
	if args, ok := step["args"]; ok {
		step["args"] = r.valueOf(args)
	}
	if listed, ok := step["calls"].([]any); ok {
		for _, one := range listed {
			call := one.(map[string]any)
			call["args"] = r.valueOf(call["args"])
		}
	}
	if name, ok := step["as"].(string); ok {
		ctx, cancel := context.WithCancel(context.Background())
		one := &started{cancel, make(chan map[string]any, 1), step}
		r.started[name] = one
		go func() { one.done <- r.do(ctx, do, step) }()
		return
	}
	got := r.do(context.Background(), do, step)
	want, ok := step["expect"]
	if !ok {
		return
	}
	if list, isList := got["list"].([]any); isList {
		r.expect(at, do, want, list)
		return
	}
	r.expect(at, do, want, got)
}

func (r *run) expect(at int, do string, want, got any) {
	r.gateway.mutex.Lock()
	defer r.gateway.mutex.Unlock()
	if fault := r.gateway.names.match(want, got, true); fault != "" {
		r.t.Errorf("step %d (%s): %s", at, do, fault)
	}
}

func (r *run) writeJournal(step map[string]any) {
	lines, _ := step["lines"].([]any)
	text := ""
	for at, line := range lines {
		// The last line has no end: a program that was killed leaves it so.
		if at > 0 {
			text += "\n"
		}
		text += line.(string)
	}
	if err := errors.Join(os.MkdirAll(filepath.Dir(r.journal()), 0o700), os.WriteFile(r.journal(), []byte(text), 0o600)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) waiting() []any {
	entries := []any{}
	for _, path := range []string{r.journal() + ".sending", r.journal()} {
		text, err := os.ReadFile(path)
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				r.t.Error(err)
			}
			continue
		}
		info, _ := os.Stat(path)
		folder, _ := os.Stat(filepath.Dir(path))
		if info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
			r.t.Errorf("others may read the journal: %v in %v", info.Mode(), folder.Mode())
		}
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			var entry any
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				r.t.Error(err)
			}
			entries = append(entries, entry)
		}
	}
	return entries
}

// toJSON is a value as the cases write it.
func toJSON(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return reflect.TypeOf(value).String()
	}
	var made any
	_ = json.Unmarshal(text, &made)
	return made
}
