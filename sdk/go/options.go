package aegis

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Option changes how Connect and Auto set up; without any, the environment says everything.
type Option func(*settings)

type settings struct {
	url, key, agent, session, socket, answerKey, journal string
	askTimeout, timeout                                  time.Duration
	notices                                              io.Writer
}

// WithURL says where Aegis is. Default AEGIS_URL, else http://127.0.0.1:7411.
func WithURL(url string) Option { return func(s *settings) { s.url = url } }

// WithKey is the agent's key. Default AEGIS_KEY.
func WithKey(key string) Option { return func(s *settings) { s.key = key } }

// WithAgent is the agent the key belongs to. Default AEGIS_AGENT.
func WithAgent(agent string) Option { return func(s *settings) { s.agent = agent } }

// WithSession names one run of the agent. Default AEGIS_SESSION, else a new UUID.
func WithSession(session string) Option { return func(s *settings) { s.session = session } }

// WithSocket is the local socket, which is asked before HTTP: a path, or `off`. Default AEGIS_SOCKET, else the one that belongs to the port of the URL
// when that is http:// on this machine's loopback.
func WithSocket(path string) Option { return func(s *settings) { s.socket = path } }

// WithAnswerKey is the daemon's answer key, which `aegis identity` prints: over HTTP only answers signed with it count. Default AEGIS_ANSWER_KEY, else
// the one that `aegis login` kept for the URL.
func WithAnswerKey(key string) Option { return func(s *settings) { s.answerKey = key } }

// WithAskTimeout is how long an action may wait for a person. Default AEGIS_ASK_TIMEOUT_MS, else five minutes.
func WithAskTimeout(limit time.Duration) Option { return func(s *settings) { s.askTimeout = limit } }

// WithTimeout is for one request that does not wait for a person. Default ten seconds.
func WithTimeout(limit time.Duration) Option { return func(s *settings) { s.timeout = limit } }

// WithJournal is where local decisions are kept while Aegis is away. Default ~/.local/state/aegis/journal/<agent>.jsonl.
func WithJournal(path string) Option { return func(s *settings) { s.journal = path } }

// WithNotices is where the SDK says that it waits for a person, and what Auto covers. Default os.Stderr; io.Discard for silence.
func WithNotices(to io.Writer) Option { return func(s *settings) { s.notices = to } }

func settle(options []Option) (settings, error) {
	s := settings{
		url: os.Getenv("AEGIS_URL"), key: os.Getenv("AEGIS_KEY"), agent: os.Getenv("AEGIS_AGENT"), session: os.Getenv("AEGIS_SESSION"),
		socket: os.Getenv("AEGIS_SOCKET"), answerKey: os.Getenv("AEGIS_ANSWER_KEY"), askTimeout: 5 * time.Minute, timeout: 10 * time.Second,
		notices: os.Stderr,
	}
	if text := os.Getenv("AEGIS_ASK_TIMEOUT_MS"); text != "" {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || value < 0 || value > 1e12 {
			return s, &SetupError{fmt.Sprintf("AEGIS_ASK_TIMEOUT_MS is not a number of milliseconds: %s", text)}
		}
		s.askTimeout = time.Duration(value * float64(time.Millisecond))
	}
	for _, option := range options {
		option(&s)
	}
	if s.notices == nil {
		s.notices = io.Discard
	}
	return s.filled()
}

func (s settings) filled() (settings, error) {
	if s.key == "" {
		return s, &SetupError{"No agent key: set AEGIS_KEY or pass aegis.WithKey. `npx aegis agents add <name>` makes one."}
	}
	if s.agent == "" {
		return s, &SetupError{"No agent id: set AEGIS_AGENT or pass aegis.WithAgent."}
	}
	if s.url == "" {
		s.url = "http://127.0.0.1:7411"
	}
	if s.session == "" {
		s.session = newID()
	}
	if s.answerKey == "" {
		s.answerKey = keptAnswerKey(s.url)
	}
	if s.journal == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return s, &SetupError{"No home folder for the journal: set HOME or pass aegis.WithJournal."}
		}
		s.journal = filepath.Join(home, ".local", "state", "aegis", "journal", component(s.agent)+".jsonl")
	}
	return s, nil
}

// keptAnswerKey is the answer key that `aegis login` kept for this address; "" for none.
func keptAnswerKey(address string) string {
	folder := os.Getenv("XDG_CONFIG_HOME")
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		folder = filepath.Join(home, ".config")
	}
	var kept struct {
		URL       string `json:"url"`
		AnswerKey string `json:"answerKey"`
	}
	text, err := os.ReadFile(filepath.Join(folder, "aegis", "credentials.json"))
	if err != nil || json.Unmarshal(text, &kept) != nil || kept.URL != strings.TrimRight(address, "/") {
		return ""
	}
	return kept.AnswerKey
}

// newID is a random UUID (RFC 9562, version 4).
func newID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("aegis: this machine gives no random bytes: " + err.Error())
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// component escapes as JavaScript's encodeURIComponent does, so that every SDK writes to the same journal.
func component(text string) string {
	return marks.Replace(url.QueryEscape(text))
}

var marks = strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
