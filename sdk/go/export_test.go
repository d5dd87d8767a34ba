package aegis

import (
	"context"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// AtTerminal puts a person in the terminal's place.
func (g *Guard) AtTerminal(answer func() string) {
	g.alone.terminal = func(context.Context, string, time.Time) (bool, error) { return answer() == "yes", nil }
}

// WhileAtTerminal does this when a person at the terminal would be asked, who then says nothing.
func (g *Guard) WhileAtTerminal(do func()) {
	ask := g.alone.terminal
	g.alone.terminal = func(ctx context.Context, question string, until time.Time) (bool, error) {
		do()
		return ask(ctx, question, until)
	}
}

// Question is what a person at the terminal is asked about a call.
func Question(name string, args any) string {
	return atTerminal(absence{name: name, args: argumentsOf(args).object})
}

// OwnWork is all the SDK does for a call besides asking.
func OwnWork(guard *Guard, args any) {
	read := argumentsOf(args)
	body := strictjson.Write(guard.body(Proposal{Name: "pay"}, "id", read))
	if _, err := read.decoded(nil); err != nil {
		panic(err)
	}
	if _, err := strictjson.Parse([]byte(body), argumentLimits); err != nil {
		panic(err)
	}
}
