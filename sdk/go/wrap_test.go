package aegis_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
)

type payment struct {
	To     string `json:"to"`
	Amount int    `json:"amount"`
	Note   *note  `json:"note,omitempty"`
}

type note struct {
	Text string `json:"text"`
}

func TestTool(t *testing.T) {
	noEnvironment(t)
	t.Run("[SDK-45] a typed tool runs with what was decided: its own value, or the changed one", func(t *testing.T) {
		decider := scripted.New(t, func(_ string, args map[string]any) scripted.Verdict {
			if args["amount"].(float64) > 100 {
				return scripted.Verdict{Effect: "modify", Args: map[string]any{"to": args["to"], "amount": 100}}
			}
			return scripted.Verdict{Effect: "allow"}
		})
		pay := aegis.Tool(decider.Guard, "pay", func(_ context.Context, in payment) (payment, error) { return in, nil })
		for _, one := range []struct{ in, want payment }{
			{payment{"ann", 12, &note{"rent"}}, payment{"ann", 12, &note{"rent"}}}, {payment{"ann", 900, nil}, payment{"ann", 100, nil}},
		} {
			got, err := pay(context.Background(), one.in)
			if err != nil || !reflect.DeepEqual(got, one.want) {
				t.Errorf("%+v, %v", got, err)
			}
		}
	})
	t.Run("[SDK-45] what is changed while Aegis decides does not reach the tool", func(t *testing.T) {
		shared := &note{"rent"}
		decider := scripted.New(t, func(string, map[string]any) scripted.Verdict {
			shared.Text = "changed"
			return scripted.Verdict{Effect: "allow"}
		})
		pay := aegis.Tool(decider.Guard, "pay", func(_ context.Context, in payment) (string, error) { return in.Note.Text, nil })
		got, err := pay(context.Background(), payment{To: "ann", Note: shared})
		if err != nil || got != "rent" {
			t.Error(got, err)
		}
	})
	t.Run("[SDK-45] a bare value is decided on under `input`, and comes back out of it", func(t *testing.T) {
		decider := scripted.New(t, func(_ string, args map[string]any) scripted.Verdict {
			return scripted.Verdict{Effect: "modify", Args: map[string]any{"input": strings.ToUpper(args["input"].(string))}}
		})
		say := aegis.Tool(decider.Guard, "say", func(_ context.Context, in string) (string, error) { return in, nil })
		if got, err := say(context.Background(), "hello"); err != nil || got != "HELLO" {
			t.Error(got, err)
		}
	})
	t.Run("[SDK-45] a panic is reported as a failure and goes on", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		defer func() {
			if recover() != "boom" {
				t.Error("the panic is gone")
			}
			if said := decider.Outcomes(); fmt.Sprint(said) != "[failed null]" {
				t.Errorf("outcomes %v", said)
			}
		}()
		_, _ = decider.Guard.Wrap("look", nil, func(aegis.Args) (any, error) { panic("boom") })
	})
	t.Run("[SDK-45] a call that was decided where the answer was read is decided once, and settled once", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		url := answeringWith(t, "application/json", "", []byte(wholeCall)) + "/v1/chat/completions"
		pay := aegis.Tool(decider.Guard, "pay", func(_ context.Context, in payment) (string, error) { return "paid " + in.To, nil })
		tell := func(body string) {
			response := post(t, client, context.Background(), url, body)
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		tell(ask)
		called := aegis.WithCallID(context.Background(), "call_1")
		if _, err := aegis.Tool(decider.Guard, "pay", func(_ context.Context, in struct {
			To string `json:"to"`
		}) (string, error) {
			return "paid " + in.To, nil
		})(called, struct {
			To string `json:"to"`
		}{"ann"}); err != nil {
			t.Error(err)
		}
		if asked := decider.Asked(); len(asked) != 1 {
			t.Errorf("asked %v", asked)
		}
		// Other arguments under the same id are another call.
		if _, err := pay(called, payment{To: "eve", Amount: 1}); err != nil {
			t.Error(err)
		}
		if asked := decider.Asked(); len(asked) != 2 {
			t.Errorf("asked %v", asked)
		}
	})
}

func TestErrors(t *testing.T) {
	noEnvironment(t)
	denied := func(string, map[string]any) scripted.Verdict {
		return scripted.Verdict{Effect: "deny", Text: "Aegis denied pay."}
	}
	t.Run("[SDK-45] errors are told apart with errors.As and errors.Is", func(t *testing.T) {
		_, err := scripted.New(t, denied).Guard.Wrap("pay", nil, func(aegis.Args) (any, error) { return nil, nil })
		var blocked *aegis.BlockedError
		var timeout *aegis.TimeoutError
		if !errors.As(err, &blocked) || !errors.Is(err, aegis.ErrBlocked) || errors.Is(err, aegis.ErrHalted) || errors.As(err, &timeout) {
			t.Errorf("%T", err)
		}
		if blocked.ToolName != "pay" || blocked.Code != "TOOL_BLOCKED" || blocked.RiskLevel != "LOW" || err.Error() != "Aegis denied pay." {
			t.Errorf("%+v", blocked)
		}
		halted := error(&aegis.HaltedError{BlockedError: blocked})
		waited := error(&aegis.TimeoutError{BlockedError: blocked})
		for _, one := range []error{halted, waited} {
			var base *aegis.BlockedError
			if !errors.As(one, &base) || !errors.Is(one, aegis.ErrBlocked) || errors.Is(one, aegis.ErrHalted) != (one == halted) {
				t.Errorf("%T", one)
			}
		}
	})
	t.Run("[SDK-45] 64 goroutines share a guard, and each gets its own decision", func(t *testing.T) {
		decider := scripted.New(t, func(_ string, args map[string]any) scripted.Verdict {
			return scripted.Verdict{Effect: "modify", Args: map[string]any{"n": args["n"].(float64) + 1}}
		})
		var all sync.WaitGroup
		for n := range 64 {
			all.Add(1)
			go func() {
				defer all.Done()
				got, err := decider.Guard.Wrap("add", map[string]any{"n": n}, func(args aegis.Args) (any, error) { return args["n"], nil })
				if err != nil || got != float64(n+1) {
					t.Error(n, got, err)
				}
			}()
		}
		all.Wait()
	})
}

func TestWhileHeld(t *testing.T) {
	noEnvironment(t)
	t.Run("[SDK-46] work ends in its own time while the lock is held", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		err := decider.Guard.WhileHeld(context.Background(), "prod", 41, time.Hour, func(ctx context.Context) error { return ctx.Err() })
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("[SDK-46] work hears that the lock is lost, and is waited for", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		decider.Guard.Close()
		lost := connect(t, aegis.WithURL("http://127.0.0.1:9"), aegis.WithSocket("off"))
		ended := false
		err := lost.WhileHeld(context.Background(), "prod", 41, 3*time.Millisecond, func(ctx context.Context) error {
			<-ctx.Done()
			ended = true
			return context.Cause(ctx)
		})
		if !errors.Is(err, aegis.ErrLockLost) || !ended {
			t.Error(err, ended)
		}
	})
}
