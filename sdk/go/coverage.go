package aegis

// Coverage is what a Guard stands in front of by itself, and what not.
type Coverage struct {
	Guarded    []string
	NotGuarded []string
}

// Coverage says what Auto guards; empty for Connect, which guards what is wrapped and nothing else.
func (g *Guard) Coverage() Coverage { return g.coverage }
