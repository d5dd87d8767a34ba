package aegis_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	aegis "aegis.dev/sdk/go"
)

// answerCase is one of conformance/client/answers.json.
type answerCase struct {
	ID     string `json:"id"`
	Why    string `json:"why"`
	Over   string `json:"over"`
	Answer struct {
		Status  int               `json:"status"`
		Text    *string           `json:"text"`
		Body    json.RawMessage   `json:"body"`
		Headers map[string]string `json:"headers"`
		Raw     *string           `json:"raw"`
		Then    string            `json:"then"`
	} `json:"answer"`
	Expect struct {
		Runs    bool   `json:"runs"`
		Refusal string `json:"refusal"`
	} `json:"expect"`
}

const ordinary = `{"agent":"a","status":"active","onUnavailable":"deny","capabilities":[],"readOnlyTools":[]}`

func decisionText(action, effect string) string {
	return fmt.Sprintf(`{"action":%q,"effect":%q,"reasons":[{"code":"DEFAULT","rule":"default","message":"As it is."}],"risk":"LOW","policy":"",`+
		`"obligations":{"timeoutMs":30000,"maxOutputBytes":1048576}}`, action, effect)
}

// scriptedDaemon answers everything but the action as a daemon does, and the action as the case says.
type scriptedDaemon struct {
	one       answerCase
	key       ed25519.PrivateKey
	elsewhere string

	mutex   sync.Mutex
	strayed []string
}

func (s *scriptedDaemon) fill(text, action string) string {
	return strings.NewReplacer("$ALLOW", decisionText(action, "allow"), "$DENY", decisionText(action, "deny"), "$ACTION", action,
		"$ELSEWHERE", s.elsewhere).Replace(text)
}

func (s *scriptedDaemon) text() string {
	if s.one.Answer.Text != nil {
		return *s.one.Answer.Text
	}
	var to bytes.Buffer
	if json.Compact(&to, s.one.Answer.Body) != nil {
		return ""
	}
	return to.String()
}

func isAction(path string) bool { return strings.HasPrefix(path, "/v1/actions") }

func actionIn(body []byte) string {
	var asked struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(body, &asked)
	return asked.ID
}

func (s *scriptedDaemon) stray(response http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	if isAction(request.URL.Path) {
		s.mutex.Lock()
		s.strayed = append(s.strayed, request.URL.Path)
		s.mutex.Unlock()
	}
	said := ordinary
	if isAction(request.URL.Path) {
		said = decisionText(actionIn(body), "allow")
	}
	reply(response, request, s.key, body, 200, said)
}

// reply answers, signed where a nonce asks for it.
func reply(response http.ResponseWriter, request *http.Request, key ed25519.PrivateKey, asked []byte, status int, said string) {
	if nonce := request.Header.Get("Aegis-Nonce"); nonce != "" {
		response.Header().Set("Aegis-Answer", proofOf(key, request.Method+" "+request.URL.RequestURI(), request.Host, nonce, asked, status, []byte(said)))
	}
	response.Header().Set("Content-Type", "application/json")
	response.Header().Set("Content-Length", fmt.Sprint(len(said)))
	response.WriteHeader(status)
	_, _ = io.WriteString(response, said)
}

func (s *scriptedDaemon) http(response http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	if !isAction(request.URL.Path) {
		reply(response, request, s.key, body, 200, ordinary)
		return
	}
	action := actionIn(body)
	if raw := s.one.Answer.Raw; raw != nil {
		socket, _, err := response.(http.Hijacker).Hijack()
		if err == nil {
			speak(socket, s.fill(*raw, action), s.one.Answer.Then)
		}
		return
	}
	for name, value := range s.one.Answer.Headers {
		response.Header().Set(name, s.fill(value, action))
	}
	reply(response, request, s.key, body, s.one.Answer.Status, s.fill(s.text(), action))
}

func (s *scriptedDaemon) line(socket net.Conn, line []byte) {
	var asked struct {
		ID   *int64          `json:"id"`
		Path string          `json:"path"`
		Body json.RawMessage `json:"body"`
	}
	if json.Unmarshal(line, &asked) != nil || asked.ID == nil {
		return
	}
	said := fmt.Sprintf(`{"id":%d,"status":200,"body":%s}`+"\n", *asked.ID, ordinary)
	if !isAction(asked.Path) {
		_, _ = io.WriteString(socket, said)
		return
	}
	said = fmt.Sprintf(`{"id":$ID,"status":%d,"body":%s}`+"\n", s.one.Answer.Status, s.text())
	if raw := s.one.Answer.Raw; raw != nil {
		said = *raw
	}
	speak(socket, strings.ReplaceAll(s.fill(said, actionIn(asked.Body)), "$ID", fmt.Sprint(*asked.ID)), s.one.Answer.Then)
}

// speak writes, and then closes, hangs, drips or floods.
func speak(socket net.Conn, text, then string) {
	_, _ = io.WriteString(socket, text)
	switch then {
	case "close":
		socket.Close()
	case "drip":
		go func() {
			for range time.NewTicker(20 * time.Millisecond).C {
				if _, err := io.WriteString(socket, " "); err != nil {
					return
				}
			}
		}()
	case "flood":
		go func() {
			for piece := strings.Repeat(" ", 1<<16); ; {
				if _, err := io.WriteString(socket, piece); err != nil {
					return
				}
			}
		}()
	}
}

func (s *scriptedDaemon) serve(t *testing.T, over string) (url, socket string) {
	stray := listen(t, http.HandlerFunc(s.stray))
	s.elsewhere = stray
	if over == "http" {
		return listen(t, http.HandlerFunc(s.http)), "off"
	}
	return stray, listenLines(t, s.line)
}

func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open connections
	server := &http.Server{Handler: handler, ConnState: open.note}
	go server.Serve(listener)
	t.Cleanup(func() {
		server.Close()
		open.close()
	})
	return "http://" + listener.Addr().String()
}

// connections are those of a server, hijacked ones too.
type connections struct {
	mutex sync.Mutex
	all   []net.Conn
}

func (c *connections) note(socket net.Conn, state http.ConnState) {
	if state == http.StateNew {
		c.add(socket)
	}
}

func (c *connections) add(socket net.Conn) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.all = append(c.all, socket)
}

func (c *connections) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, socket := range c.all {
		socket.Close()
	}
	c.all = nil
}

// listenLines serves the local socket's lines in a folder of its own.
func listenLines(t *testing.T, line func(net.Conn, []byte)) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "aegis-go-")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "a.sock")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var open connections
	go func() {
		for {
			socket, err := listener.Accept()
			if err != nil {
				return
			}
			open.add(socket)
			go func() {
				lines := bufio.NewScanner(socket)
				lines.Buffer(nil, 32<<20)
				for lines.Scan() {
					line(socket, append([]byte(nil), lines.Bytes()...))
				}
			}()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		open.close()
		os.RemoveAll(folder)
	})
	return path
}

func TestAnswers(t *testing.T) {
	noEnvironment(t)
	var file struct {
		Cases []answerCase `json:"cases"`
	}
	readJSON(t, "conformance/client/answers.json", &file)
	if len(file.Cases) < 70 {
		t.Fatalf("only %d cases", len(file.Cases))
	}
	public, key, _ := ed25519.GenerateKey(nil)
	for _, one := range file.Cases {
		for _, over := range []string{"http", "socket"} {
			if one.Over != "" && one.Over != over {
				continue
			}
			t.Run("[SDK-9, SDK-41] "+one.ID+" over "+over+": "+one.Why, func(t *testing.T) {
				checkAnswer(t, &scriptedDaemon{one: one, key: key}, over, public)
			})
		}
	}
}

func checkAnswer(t *testing.T, script *scriptedDaemon, over string, public ed25519.PublicKey) {
	url, socket := script.serve(t, over)
	timeout := 10 * time.Minute
	if script.one.Answer.Then != "" && script.one.Answer.Then != "close" {
		// What a flood may hold before the time is over is bounded as well, but takes longer to come.
		timeout = 400 * time.Millisecond
	}
	guard := connect(t, aegis.WithURL(url), aegis.WithSocket(socket), aegis.WithAnswerKey(encodeKey(public)), aegis.WithTimeout(timeout),
		aegis.WithAskTimeout(0))
	decision, err := guard.Decide(context.Background(), aegis.Proposal{Name: "look"})
	runs := err == nil && (decision.Effect == aegis.Allow || decision.Effect == aegis.Modify)
	if runs != script.one.Expect.Runs {
		t.Errorf("runs: %v, error: %v", runs, err)
	}
	var refused *aegis.RefusedError
	if err != nil && !errors.As(err, &refused) && !errors.Is(err, aegis.ErrUnavailable) {
		t.Errorf("an error of another kind: %v", err)
	}
	if want := script.one.Expect.Refusal; want != "" && (refused == nil || refused.Code != want) {
		t.Errorf("refusal %v, expected %s", err, want)
	}
	script.mutex.Lock()
	defer script.mutex.Unlock()
	if len(script.strayed) > 0 {
		t.Errorf("what was asked over one transport was asked over another: %v", script.strayed)
	}
}

// connect makes a guard of an agent of these tests.
func connect(t testing.TB, options ...aegis.Option) *aegis.Guard {
	t.Helper()
	usual := []aegis.Option{aegis.WithKey("agent-key"), aegis.WithAgent("bot"), aegis.WithSession("run-1"),
		aegis.WithTimeout(time.Minute),
		aegis.WithJournal(filepath.Join(t.TempDir(), "journal", "bot.jsonl")), aegis.WithNotices(io.Discard)}
	guard, err := aegis.Connect(append(usual, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(guard.Close)
	return guard
}
