package aegis

import (
	"fmt"
	"strings"
	"unicode"

	"aegis.dev/sdk/go/internal/strictjson"
)

// mostShown is how much of longer arguments a person is shown, in characters.
const mostShown = 2_000

// atTerminal is the question about an action that Aegis did not decide: on one line, and without what a terminal would obey.
func atTerminal(of absence) string {
	text := []rune(of.name + " " + strictjson.Write(of.args))
	more := ""
	if left := len(text) - mostShown; left > 0 {
		text, more = text[:mostShown], fmt.Sprintf("… (%d more characters)", left)
	}
	shown := strings.Map(func(one rune) rune {
		if unicode.IsPrint(one) {
			return one
		}
		return ' '
	}, string(text))
	return fmt.Sprintf("aegis: Aegis is away, so nobody else checks this call: %s%s\naegis: Type yes to run it, anything else to block it: ", shown, more)
}
