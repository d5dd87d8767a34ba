package aegis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"sync"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// mostKept is how many calls of models are remembered; the oldest goes first.
const mostKept = 1000

// calls remembers the calls of models in one session, so that a call which is asked twice is decided once, and one that is done is done.
type calls struct {
	guard *Guard

	mutex sync.Mutex
	// done counts how often the same call succeeded already.
	done map[string]int
	// open are decided calls whose result the agent will bring, by the model's id.
	open  map[string]openCall
	order []string
	// said holds the user's own words that were labelled.
	said map[string]bool
	// missing are refused calls by the answer, or the conversation, that the provider holds.
	missing map[string][]dialect.Missing
}

type openCall struct{ action, args string }

func newCalls(guard *Guard) *calls {
	return &calls{guard: guard, done: map[string]int{}, open: map[string]openCall{}, said: map[string]bool{}, missing: map[string][]dialect.Missing{}}
}

// idFor is the action's id: the same call of a model in the same session is the same action until it succeeded.
func (c *calls) idFor(proposal Proposal, args arguments) string {
	if proposal.CallID == "" {
		return newID()
	}
	key := c.keyOf(proposal.CallID, proposal.Name, args.object)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if times := c.done[key]; times > 0 {
		return key + "-" + strconv.Itoa(times)
	}
	return key
}

func (c *calls) keyOf(callID, name string, args *strictjson.Object) string {
	sum := sha256.Sum256([]byte(strictjson.Write([]strictjson.Value{c.guard.session, callID, name, args})))
	return "call-" + hex.EncodeToString(sum[:16])
}

// succeeded: the same call asked again is a new action.
func (c *calls) succeeded(proposal Proposal, args arguments) {
	if proposal.CallID == "" {
		return
	}
	key := c.keyOf(proposal.CallID, proposal.Name, args.object)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.done) >= mostKept {
		c.done = map[string]int{}
	}
	c.done[key]++
}

func (c *calls) remember(callID, action, args string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if _, known := c.open[callID]; !known {
		c.order = append(c.order, callID)
	}
	c.open[callID] = openCall{action, args}
	for len(c.order) > mostKept {
		delete(c.open, c.order[0])
		c.order = c.order[1:]
	}
}

// taken is the action already decided for this call, which is forgotten with it. Arguments "" are any.
func (c *calls) taken(callID, args string) (string, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	known, found := c.open[callID]
	if !found || (args != "" && known.args != args) {
		return "", false
	}
	delete(c.open, callID)
	for at, one := range c.order {
		if one == callID {
			c.order = append(c.order[:at:at], c.order[at+1:]...)
			break
		}
	}
	return known.action, true
}

// miss keeps what a provider that holds the conversation waits for.
func (c *calls) miss(names []string, missing []dialect.Missing) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, name := range names {
		if name == "" {
			continue
		}
		delete(c.missing, name)
		if len(missing) > 0 {
			if len(c.missing) >= mostKept {
				c.missing = map[string][]dialect.Missing{}
			}
			c.missing[name] = missing
		}
	}
}

func (c *calls) missed(name string) []dialect.Missing {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.missing[name]
}

// user labels the user's own words once.
func (c *calls) user(ctx context.Context, text string) {
	c.mutex.Lock()
	known := text == "" || c.said[text]
	if !known {
		if len(c.said) >= mostKept {
			c.said = map[string]bool{}
		}
		c.said[text] = true
	}
	c.mutex.Unlock()
	if !known {
		c.guard.Label(ctx, UserInput, text, true)
	}
}

// DecideAll decides the parallel calls of one model answer, each named by its CallID. It fails with the error of the first that may not run; what was
// allowed beside it is reported as cancelled, and what a person is asked about is withdrawn.
func (g *Guard) DecideAll(ctx context.Context, proposals []Proposal) ([]*Decision, error) {
	seen := map[string]bool{}
	for _, one := range proposals {
		if one.CallID != "" && seen[one.CallID] {
			return nil, &SetupError{"Two tool calls of one answer carry the same id, so none of them can be decided."}
		}
		seen[one.CallID] = true
	}
	together, stop := context.WithCancel(ctx)
	defer stop()
	decisions := make([]*Decision, len(proposals))
	failed := make(chan error, len(proposals))
	var all sync.WaitGroup
	for at, proposal := range proposals {
		all.Add(1)
		go func() {
			defer all.Done()
			decision, err := g.Decide(together, proposal)
			if err == nil && !decision.runs() {
				err = blocked(proposal.Name, decision)
			}
			if err != nil {
				failed <- err
				stop()
				return
			}
			decisions[at] = decision
		}()
	}
	all.Wait()
	select {
	case first := <-failed:
		for _, decision := range decisions {
			if decision != nil {
				g.withdraw(ctx, decision.Action)
			}
		}
		return nil, first
	default:
		return decisions, nil
	}
}
