package aegis_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"time"
	"unicode/utf8"

	aegis "aegis.dev/sdk/go"
)

// do is one step of a program; what came of it under the neutral names of the cases.
func (r *run) do(ctx context.Context, do string, step map[string]any) map[string]any {
	text := func(key string) string {
		value, _ := r.filled(step[key]).(string)
		return value
	}
	number := func(key string) int64 {
		value, _ := step[key].(float64)
		return int64(value)
	}
	switch do {
	case "guard":
		return r.call(ctx, step)
	case "guard_all":
		return r.callAll(ctx, step)
	case "decide":
		decision, err := r.guard.Decide(ctx, r.proposal(step))
		return r.outcome(map[string]any{"decision": decisionJSON(decision)}, err)
	case "settle":
		findings, ok := r.guard.Settle(ctx, text("action"), aegis.Outcome{
			Status: aegis.Status(text("status")), Result: r.valueOf(step["result"]), ErrorCode: text("error_code")})
		if !ok {
			return map[string]any{"findings": false}
		}
		listed := []any{}
		for _, one := range findings {
			listed = append(listed, map[string]any{"detector": one.Detector, "code": one.Code, "risk": string(one.Risk), "pointer": one.Pointer})
		}
		return map[string]any{"findings": listed}
	case "label":
		trusted, _ := step["trusted"].(bool)
		r.guard.Label(ctx, aegis.Source(text("source")), r.valueOf(step["value"]), trusted)
	case "renew":
		held := r.guard.Renew(ctx, text("resource"), number("fence"), time.Duration(number("ttl_ms"))*time.Millisecond)
		return map[string]any{"held": held}
	case "child":
		child, err := r.guard.Child(ctx, text("session"))
		if err == nil {
			r.guard = child
		}
		return r.outcome(map[string]any{}, err)
	case "client":
		over, _ := step["options"].(map[string]any)
		r.connect(overlaid(r.options, over))
		return r.outcome(map[string]any{}, r.setup)
	default:
		return r.doAside(do, step)
	}
	return map[string]any{}
}

// doAside is a step in which the client is not asked.
func (r *run) doAside(do string, step map[string]any) map[string]any {
	name, _ := step["name"].(string)
	of, _ := step["of"].(string)
	switch do {
	case "arrived":
		place, _ := step["exchange"].(float64)
		r.gateway.arrived(int(place))
	case "signal":
		r.gateway.signal(name)
	case "cancel":
		r.started[of].cancel()
	case "await":
		return <-r.started[of].done
	case "away", "back":
		r.gateway.setAway(do == "away")
	case "journal":
		return map[string]any{"entries": r.waiting()}
	case "stderr":
		return map[string]any{"lines": r.linesAs(step)}
	case "change":
		args, _ := step["args"].(map[string]any)
		r.started[of].change(args)
	case "journal_write":
	default:
		r.t.Errorf("a step nobody knows: %s", do)
	}
	return map[string]any{}
}

// linesAs are the lines written since, each as the expected texts where they all stand in it.
func (r *run) linesAs(step map[string]any) []any {
	expected, _ := step["expect"].(map[string]any)
	wanted, _ := expected["lines"].([]any)
	made := []any{}
	for at, line := range strings.Split(strings.TrimSuffix(r.stderr.taken(), "\n"), "\n") {
		if line == "" {
			continue
		}
		if at < len(wanted) && allIn(line, wanted[at].([]any)) {
			made = append(made, wanted[at])
		} else {
			made = append(made, line)
		}
	}
	return made
}

func allIn(line string, texts []any) bool {
	for _, one := range texts {
		if !strings.Contains(line, one.(string)) {
			return false
		}
	}
	return true
}

func (r *run) filled(value any) any {
	r.gateway.mutex.Lock()
	defer r.gateway.mutex.Unlock()
	return r.gateway.names.fill(value)
}

// valueOf makes what the cases cannot write.
func (r *run) valueOf(value any) any { return made(r.filled(value)) }

func made(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		if odd, ok := typed["$value"].(string); ok {
			return oddity(odd)
		}
		for key, item := range typed {
			typed[key] = made(item)
		}
	case []any:
		for at, item := range typed {
			typed[at] = made(item)
		}
	}
	return value
}

func oddity(name string) any {
	switch name {
	case "object":
		return make(chan int)
	case "cycle":
		list := []any{nil}
		list[0] = list
		return list
	case "nan":
		return math.NaN()
	case "infinity":
		return math.Inf(1)
	case "huge":
		return new(big.Int).Lsh(big.NewInt(1), 64)
	case "surrogate":
		return "half \xed\xa0\x80"
	case "long":
		return strings.Repeat("a", 10_000_000)
	}
	return nil
}

// neutral is a value as the cases write it.
func neutral(value any) any {
	odd := func(name string) any { return map[string]any{"$value": name} }
	switch typed := value.(type) {
	case map[string]any:
		made := map[string]any{}
		for key, item := range typed {
			made[key] = neutral(item)
		}
		return made
	case []any:
		if len(typed) == 1 {
			inner, ok := typed[0].([]any)
			if again, holds := first(inner).([]any); ok && holds && &again[0] == &inner[0] {
				return odd("cycle")
			}
		}
		made := []any{}
		for _, item := range typed {
			made = append(made, neutral(item))
		}
		return made
	case chan int:
		return odd("object")
	case *big.Int:
		return odd("huge")
	case float64:
		if math.IsNaN(typed) {
			return odd("nan")
		}
		if math.IsInf(typed, 0) {
			return odd("infinity")
		}
	case string:
		if !utf8.ValidString(typed) {
			return odd("surrogate")
		}
	case int:
		return float64(typed)
	}
	return value
}

func first(list []any) any {
	if len(list) != 1 {
		return nil
	}
	return list[0]
}

func (r *run) proposal(step map[string]any) aegis.Proposal {
	text := func(object map[string]any, key string) string {
		value, _ := object[key].(string)
		return value
	}
	made := aegis.Proposal{ID: text(step, "id"), CallID: text(step, "call_id"), Name: text(step, "name"), Args: step["args"]}
	if held, ok := step["resource"].(map[string]any); ok {
		slots, _ := held["slots"].(float64)
		ttl, _ := held["ttlMs"].(float64)
		made.Resource = &aegis.Resource{Name: text(held, "resource"), Slots: int(slots), TTL: time.Duration(ttl) * time.Millisecond}
	}
	if declared, ok := step["declaration"].(map[string]any); ok {
		made.Declaration = &aegis.Declaration{Name: text(declared, "name"), Description: text(declared, "description")}
		if schema, there := declared["schema"]; there {
			made.Declaration.Schema, _ = json.Marshal(schema)
		}
	}
	return made
}

func (r *run) call(ctx context.Context, step map[string]any) map[string]any {
	if r.setup != nil {
		return r.outcome(map[string]any{"ran": false}, r.setup)
	}
	made := map[string]any{"ran": false}
	result, err := r.guard.Do(ctx, r.proposal(step), func(_ context.Context, args aegis.Args) (any, error) {
		made["ran"] = neutral(map[string]any(args))
		if thrown, ok := step["throws"].(map[string]any); ok {
			message, _ := thrown["message"].(string)
			return nil, errors.New(message)
		}
		return r.valueOf(step["returns"]), nil
	})
	if err == nil {
		made["result"] = neutral(result)
	}
	return r.outcome(made, err)
}

func (r *run) callAll(ctx context.Context, step map[string]any) map[string]any {
	listed, _ := step["calls"].([]any)
	proposals := []aegis.Proposal{}
	for _, one := range listed {
		proposals = append(proposals, r.proposal(one.(map[string]any)))
	}
	decisions, err := r.guard.DecideAll(ctx, proposals)
	if err != nil {
		return r.outcome(map[string]any{}, err)
	}
	made := []any{}
	for _, decision := range decisions {
		made = append(made, decisionJSON(decision))
	}
	return map[string]any{"list": made}
}

func decisionJSON(decision *aegis.Decision) any {
	if decision == nil {
		return nil
	}
	made := map[string]any{"action": decision.Action, "effect": string(decision.Effect), "risk": string(decision.Risk)}
	if decision.Fence != 0 {
		made["fence"] = float64(decision.Fence)
	}
	if decision.Args != nil {
		made["modify"] = map[string]any{"args": toJSON(decision.Args)}
	}
	return made
}

// outcome adds the error under its neutral name.
func (r *run) outcome(made map[string]any, err error) map[string]any {
	if err == nil {
		return made
	}
	var block *aegis.BlockedError
	var halted *aegis.HaltedError
	var timeout *aegis.TimeoutError
	var refused *aegis.RefusedError
	var withheld *aegis.WithheldError
	var setup *aegis.SetupError
	said := map[string]any{"class": "own", "message": err.Error()}
	if errors.As(err, &block) {
		said = map[string]any{"class": "blocked", "tool_name": block.ToolName, "reason": block.Reason, "code": block.Code,
			"risk_level": string(block.RiskLevel), "decision": decisionJSON(block.Decision)}
	}
	switch {
	case errors.As(err, &halted):
		said["class"] = "halted"
	case errors.As(err, &timeout):
		said["class"] = "timeout"
		if timeout.Approval != "" {
			said["approval"] = timeout.Approval
		}
	case errors.As(err, &refused):
		said = map[string]any{"class": "refused", "code": refused.Code, "status": float64(refused.Status), "hint": refused.Hint}
		if refused.RetryAfter > 0 {
			said["retry_after_ms"] = float64(refused.RetryAfter.Milliseconds())
		}
	case errors.As(err, &withheld):
		said = map[string]any{"class": "withheld", "tool_name": withheld.ToolName, "findings": toJSON(withheld.Findings)}
	case errors.As(err, &setup):
		said = map[string]any{"class": "setup", "message": err.Error()}
	case errors.Is(err, aegis.ErrUnavailable):
		said = map[string]any{"class": "unavailable"}
	case errors.Is(err, context.Canceled):
		said = map[string]any{"class": "cancelled"}
	}
	made["error"] = said
	return made
}
