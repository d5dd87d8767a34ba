package aegis

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"aegis.dev/sdk/go/internal/door"
	"aegis.dev/sdk/go/internal/strictjson"
	"aegis.dev/sdk/go/internal/terminal"
)

// Guard is a connection to Aegis for one agent and one session. It asks; it never decides. It is safe for concurrent use.
type Guard struct {
	agent, session string
	cwd            string
	askTimeout     time.Duration
	transport      *door.Transport
	alone          *alone
	calls          *calls
	notices        *notices
	coverage       Coverage
}

// Connect checks the settings and makes a Guard; it connects with the first question. It fails with *SetupError.
func Connect(options ...Option) (*Guard, error) {
	set, err := settle(options)
	if err != nil {
		return nil, err
	}
	transport, err := door.New(door.Options{URL: set.url, Key: set.key, Socket: set.socket, AnswerKey: set.answerKey, Timeout: set.timeout})
	if err != nil {
		return nil, public(err)
	}
	say := &notices{to: set.notices}
	guard := &Guard{agent: set.agent, askTimeout: set.askTimeout, transport: transport, cwd: folderFor(set.url), notices: say}
	guard.alone = &alone{agent: set.agent, transport: transport, journal: &journal{path: set.journal, notices: say}, terminal: terminal.Ask, mode: "deny"}
	return guard.in(set.session), nil
}

// in is the same connection for another session.
func (g *Guard) in(session string) *Guard {
	made := *g
	made.session = session
	made.calls = newCalls(&made)
	return &made
}

// Agent is the agent that asks.
func (g *Guard) Agent() string { return g.agent }

// Session is the run of the agent that its actions belong to.
func (g *Guard) Session() string { return g.session }

// Close ends the connections. A guard that was closed still asks over HTTP, where it opens new ones.
func (g *Guard) Close() { g.transport.Close() }

// folderFor is where this process works, for an Aegis on the same machine: files that an action names can be looked for there.
func folderFor(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := at.Hostname()
	if host != "localhost" && host != "::1" && !strings.HasPrefix(host, "127.") {
		return ""
	}
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	return folder
}

// notices are what a person at the terminal should know, a line each.
type notices struct {
	mutex sync.Mutex
	to    io.Writer
}

func (n *notices) say(format string, values ...any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	// A terminal that is gone is no reason to fail.
	_, _ = fmt.Fprintf(n.to, "aegis: "+format+"\n", values...)
}

// send is one request that is not held.
func (g *Guard) send(ctx context.Context, method, path string, body *strictjson.Object) (strictjson.Value, error) {
	return g.transport.Send(ctx, question(method, path, body), 0)
}

func question(method, path string, body *strictjson.Object) door.Request {
	request := door.Request{Method: method, Path: path}
	if body != nil {
		request.Body = []byte(strictjson.Write(body))
	}
	return request
}
