package aegis_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// exchange is what the gateway of a case sees, and what it answers.
type exchange struct {
	Sees struct {
		Method string         `json:"method"`
		Path   string         `json:"path"`
		Query  map[string]any `json:"query"`
		Body   any            `json:"body"`
		Key    string         `json:"key"`
	} `json:"sees"`
	Optional bool `json:"optional"`
	Answers  struct {
		Decision map[string]any    `json:"decision"`
		Status   int               `json:"status"`
		Body     any               `json:"body"`
		Text     *string           `json:"text"`
		Headers  map[string]string `json:"headers"`
		Problem  string            `json:"problem"`
		Detail   string            `json:"detail"`
		Hint     string            `json:"hint"`
		Fails    string            `json:"fails"`
		Signed   any               `json:"signed"`
		After    string            `json:"after"`
	} `json:"answers"`
}

// contractBase is conformance/sdk/base.json.
type contractBase struct {
	Client    map[string]any `json:"client"`
	Self      map[string]any `json:"self"`
	Decision  map[string]any `json:"decision"`
	Problem   map[string]any `json:"problem"`
	AnswerKey struct {
		Seed   string `json:"seedHex"`
		Public string `json:"public"`
		Other  string `json:"otherSeedHex"`
	} `json:"answerKey"`
}

// gateway plays the script of one case.
type gateway struct {
	t         *testing.T
	base      contractBase
	exchanges []exchange
	unordered bool
	selves    []any
	key       ed25519.PrivateKey
	other     ed25519.PrivateKey

	mutex   sync.Mutex
	changed *sync.Cond
	names   names
	seen    []bool
	selfAt  int
	away    bool
	signals map[string]bool
	open    connections
	over    bool
	// hello is the key the connection over the socket began with.
	hello atomic.Value
}

func newGateway(t *testing.T, base contractBase, exchanges []exchange) *gateway {
	made := &gateway{t: t, base: base, exchanges: exchanges, names: names{}, seen: make([]bool, len(exchanges)), signals: map[string]bool{}}
	made.changed = sync.NewCond(&made.mutex)
	made.key, made.other = seeded(t, base.AnswerKey.Seed), seeded(t, base.AnswerKey.Other)
	return made
}

func seeded(t *testing.T, text string) ed25519.PrivateKey {
	seed, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.NewKeyFromSeed(seed)
}

// said is an answer of the gateway.
type said struct {
	status  int
	text    string
	headers map[string]string
	// fails: `closes` or `silent`.
	fails  string
	signed any
}

func (g *gateway) answer(method, target, key string, body []byte) said {
	at, err := url.Parse(target)
	if err != nil {
		g.t.Errorf("a path that is none: %s", target)
		return said{fails: "closes"}
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.away {
		return said{fails: "closes"}
	}
	if method == "GET" && at.Path == "/v1/identity" {
		return said{status: 200, text: fmt.Sprintf(`{"answerKey":%q}`, g.base.AnswerKey.Public)}
	}
	if method == "GET" && strings.HasPrefix(at.Path, "/v1/agents/") {
		return g.self()
	}
	var parsed any
	if len(body) > 0 {
		if err := json.Unmarshal(body, &parsed); err != nil {
			g.t.Errorf("a body that is no JSON: %s", body)
		}
	}
	faults := []string{}
	for place, one := range g.exchanges {
		if g.seen[place] {
			continue
		}
		known := names{}
		for name, text := range g.names {
			known[name] = text
		}
		fault := known.matchExchange(one, method, at, parsed)
		if want := one.Sees.Key; want != "" && want != key {
			fault = "the key " + key
		}
		if fault == "" {
			g.names, g.seen[place] = known, true
			g.changed.Broadcast()
			return g.play(one, method, actionOf(at, parsed))
		}
		faults = append(faults, fmt.Sprintf("exchange %d: %s", place, fault))
		if !g.unordered && !one.Optional {
			break
		}
	}
	if !g.over {
		g.t.Errorf("unexpected %s %s %s: %v", method, target, body, faults)
	}
	return said{fails: "closes"}
}

func (n names) matchExchange(one exchange, method string, at *url.URL, body any) string {
	if method != one.Sees.Method {
		return method
	}
	if fault := n.matchPath(one.Sees.Path, at.Path); fault != "" {
		return fault
	}
	for name, want := range one.Sees.Query {
		if fault := n.match(want, at.Query().Get(name), at.Query().Has(name)); fault != "" {
			return name + ": " + fault
		}
	}
	if one.Sees.Body == nil {
		return ""
	}
	return n.match(one.Sees.Body, body, true)
}

func actionOf(at *url.URL, body any) string {
	if object, ok := body.(map[string]any); ok && at.Path == "/v1/actions" {
		id, _ := object["id"].(string)
		return id
	}
	steps := strings.Split(at.Path, "/")
	if len(steps) > 3 {
		return steps[3]
	}
	return ""
}

// play says what an exchange answers. The mutex is held; it is let go while the answer waits for a signal.
func (g *gateway) play(one exchange, method, action string) said {
	for one.Answers.After != "" && !g.signals[one.Answers.After] && !g.over {
		g.changed.Wait()
	}
	answers := one.Answers
	made := said{status: answers.Status, headers: answers.Headers, fails: answers.Fails, signed: answers.Signed}
	var value any = map[string]any{"index": 1.0, "leaf": "0", "findings": []any{}}
	switch {
	case answers.Decision != nil:
		decision := overlaid(g.base.Decision, g.names.fill(answers.Decision).(map[string]any))
		if _, named := decision["action"]; !named {
			decision["action"] = action
		}
		value = decision
		if method == "GET" {
			value = map[string]any{"action": map[string]any{}, "decision": decision, "settled": false}
		}
	case answers.Problem != "":
		problem := overlaid(g.base.Problem, map[string]any{"code": answers.Problem, "status": float64(answers.Status)})
		if answers.Detail != "" {
			problem["detail"] = answers.Detail
		}
		if answers.Hint != "" {
			problem["hint"] = answers.Hint
		}
		value = problem
	case answers.Body != nil:
		value = g.names.fill(answers.Body)
	}
	if made.status == 0 {
		made.status = 200
	}
	text, err := json.Marshal(value)
	if err != nil {
		g.t.Error(err)
	}
	made.text = string(text)
	if answers.Text != nil {
		made.text, _ = g.names.fill(*answers.Text).(string)
	}
	return made
}

func (g *gateway) self() said {
	var self any
	if len(g.selves) > 0 {
		self = g.selves[min(g.selfAt, len(g.selves)-1)]
		g.selfAt++
	}
	laid, isObject := self.(map[string]any)
	if len(g.selves) > 0 && !isObject {
		problem := overlaid(g.base.Problem, map[string]any{"code": "UNAUTHENTICATED", "status": 401.0})
		text, _ := json.Marshal(problem)
		return said{status: 401, text: string(text)}
	}
	whole := overlaid(g.base.Self, laid)
	made := said{status: 200, signed: whole["$signed"]}
	delete(whole, "$signed")
	text, _ := json.Marshal(whole)
	made.text = string(text)
	return made
}

func overlaid(base, over map[string]any) map[string]any {
	made := map[string]any{}
	for key, value := range base {
		made[key] = value
	}
	for key, value := range over {
		made[key] = value
	}
	return made
}

func (g *gateway) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	made := g.answer(request.Method, request.URL.RequestURI(), strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer "), body)
	switch made.fails {
	case "closes":
		panic(http.ErrAbortHandler)
	case "silent":
		response.WriteHeader(200)
		response.(http.Flusher).Flush()
		<-request.Context().Done()
		return
	}
	for name, value := range made.headers {
		response.Header().Set(name, value)
	}
	key, asked := g.key, body
	switch made.signed {
	case false:
		request.Header.Del("Aegis-Nonce")
	case "other-key":
		key = g.other
	case "other-question":
		asked = []byte("another question")
	}
	reply(response, request, key, asked, made.status, made.text)
}

func (g *gateway) line(socket net.Conn, line []byte) {
	var asked struct {
		Key    *string         `json:"key"`
		ID     *int64          `json:"id"`
		Method string          `json:"method"`
		Path   string          `json:"path"`
		Body   json.RawMessage `json:"body"`
	}
	if json.Unmarshal(line, &asked) != nil || asked.ID == nil {
		if asked.Key != nil {
			g.hello.Store(*asked.Key)
		}
		return
	}
	go func() {
		key, _ := g.hello.Load().(string)
		made := g.answer(asked.Method, asked.Path, key, asked.Body)
		switch made.fails {
		case "closes":
			socket.Close()
		case "":
			_, _ = fmt.Fprintf(socket, `{"id":%d,"status":%d,"body":%s}`+"\n", *asked.ID, made.status, made.text)
		}
	}()
}

func (g *gateway) signal(name string) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.signals[name] = true
	g.changed.Broadcast()
}

func (g *gateway) arrived(place int) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for !g.seen[place] {
		g.changed.Wait()
	}
}

func (g *gateway) setAway(away bool) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.away = away
}

// end lets go of what waits, and says which exchanges never came.
func (g *gateway) end() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.over = true
	g.changed.Broadcast()
	for place, seen := range g.seen {
		if !seen && !g.exchanges[place].Optional {
			g.t.Errorf("exchange %d never came: %s %s", place, g.exchanges[place].Sees.Method, g.exchanges[place].Sees.Path)
		}
	}
}
