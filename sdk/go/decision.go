package aegis

import (
	"encoding/json"
	"errors"
	"strconv"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Effect is what was decided.
type Effect string

// The five effects. Only Allow and Modify let an action run.
const (
	Allow  Effect = "allow"
	Modify Effect = "modify"
	Ask    Effect = "ask"
	Defer  Effect = "defer"
	Deny   Effect = "deny"
)

// Risk is LOW, MEDIUM, HIGH or CRITICAL.
type Risk string

// Reason is one opinion that spoke for the decision.
type Reason struct {
	Code, Rule, Message, Hint, Pointer string
}

// Approval is what a person is asked for.
type Approval struct {
	ID string
	// ExpiresAt in milliseconds since 1970.
	ExpiresAt int64
}

// Deferral is what a deferred action waits for.
type Deferral struct {
	RetryAfterMs int64
	WaitingFor   string
}

// Obligations come with a decision.
type Obligations struct {
	TimeoutMs, MaxOutputBytes int64
	RecommendedModel          string
	// InjectedResults is `mask`, `withhold` or "": what becomes of results that hold instructions to the model.
	InjectedResults string
}

// Decision is Aegis's answer to one action.
type Decision struct {
	Action string
	Effect Effect
	// Reasons are never empty.
	Reasons     []Reason
	Risk        Risk
	Policy      string
	Obligations Obligations
	// Text is what an agent may be shown when the action may not run.
	Text string
	// Fence is the token of the lock that was taken with the action; 0 for none.
	Fence int64
	// Args are the arguments that may run, for Modify; nil otherwise.
	Args json.RawMessage
	// Approval is set for Ask, Deferral for Defer.
	Approval *Approval
	Deferral *Deferral
	// local: made without Aegis, which knows nothing of the action yet.
	local bool
}

func (d *Decision) runs() bool { return d.Effect == Allow || d.Effect == Modify }

var errUndecided = errors.New("the answer is not a decision")

// decisionFrom reads a decision on this action. A 200 that is none is not an allow.
func decisionFrom(value strictjson.Value, action string) (*Decision, error) {
	said, _ := value.(*strictjson.Object)
	reasons, _ := said.At("reasons").([]strictjson.Value)
	made := &Decision{
		Action: textAt(said, "action"), Effect: Effect(textAt(said, "effect")), Risk: Risk(textAt(said, "risk")), Policy: textAt(said, "policy"),
		Text: textAt(said, "text"), Fence: numberAt(said, "fence"),
	}
	for _, one := range reasons {
		reason, _ := one.(*strictjson.Object)
		made.Reasons = append(made.Reasons, Reason{
			textAt(reason, "code"), textAt(reason, "rule"), textAt(reason, "message"), textAt(reason, "hint"), textAt(reason, "pointer"),
		})
	}
	if len(made.Reasons) == 0 {
		return nil, errUndecided
	}
	due, _ := said.At("obligations").(*strictjson.Object)
	made.Obligations = Obligations{
		numberAt(due, "timeoutMs"), numberAt(due, "maxOutputBytes"), textAt(due, "recommendedModel"), textAt(due, "injectedResults"),
	}
	if err := made.readEffect(said); err != nil {
		return nil, err
	}
	if made.Action != action {
		return nil, errors.New("the answer is about another action")
	}
	return made, nil
}

func (d *Decision) readEffect(said *strictjson.Object) error {
	switch d.Effect {
	case Allow, Deny:
	case Modify:
		modify, _ := said.At("modify").(*strictjson.Object)
		args, ok := modify.At("args").(*strictjson.Object)
		if !ok {
			return errUndecided
		}
		d.Args = json.RawMessage(strictjson.Write(args))
	case Ask:
		ask, _ := said.At("ask").(*strictjson.Object)
		d.Approval = &Approval{textAt(ask, "approval"), numberAt(ask, "expiresAt")}
	case Defer:
		wait, _ := said.At("defer").(*strictjson.Object)
		d.Deferral = &Deferral{numberAt(wait, "retryAfterMs"), textAt(wait, "waitingFor")}
	default:
		return errUndecided
	}
	return nil
}

func textAt(object *strictjson.Object, key string) string {
	text, _ := object.At(key).(string)
	return text
}

func numberAt(object *strictjson.Object, key string) int64 {
	written, _ := object.At(key).(strictjson.Number)
	number, _ := strconv.ParseInt(string(written), 10, 64)
	return number
}
