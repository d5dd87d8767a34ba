package gemini

import (
	"strconv"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

func itoa(number int) string { return strconv.Itoa(number) }

// step is one of a path: a member's name, or a position.
type step struct {
	name  string
	index int
	isAt  bool
}

// node is what a path holds so far: more paths, or a leaf.
type node struct {
	steps []step
	below map[step]*node
	leaf  value
	// more are the pieces of a text behind its first.
	more []string
	// open: more of this text follows.
	open, isLeaf bool
}

// partialArgs are arguments while they are streamed.
type partialArgs struct {
	root *node
	// broken: a path or a value nobody can place, so that the arguments are not known.
	broken bool
}

func newNode() *node { return &node{below: map[step]*node{}} }

func newPartialArgs() *partialArgs { return &partialArgs{root: newNode()} }

// add takes what one frame brings: [{jsonPath, stringValue | numberValue | boolValue | nullValue, willContinue?}]. Source: Gemini API, FunctionCall.
func (p *partialArgs) add(listed value) {
	for _, one := range dialect.ListOf(listed) {
		part := dialect.ObjectOf(one)
		path, ok := pathOf(dialect.TextOf(part.At("jsonPath")))
		leaf := leafOf(part)
		if !ok || leaf == nil || !p.root.place(path, leaf) {
			p.broken = true
		}
	}
}

// arguments are nil when a piece could not be placed, a text did not end, or an array has holes.
func (p *partialArgs) arguments() *object {
	if p.broken {
		return nil
	}
	made, ok := p.root.value()
	if !ok {
		return nil
	}
	return dialect.ObjectOf(made)
}

func leafOf(part *object) *node {
	var made *node
	for _, kind := range []string{"stringValue", "numberValue", "boolValue", "nullValue"} {
		if !part.Has(kind) {
			continue
		}
		if made != nil {
			return nil
		}
		made = &node{isLeaf: true, open: part.At("willContinue") == true}
		if kind != "nullValue" {
			made.leaf = part.At(kind)
		}
	}
	if made != nil {
		switch made.leaf.(type) {
		case *object, []value:
			return nil
		}
	}
	return made
}

func (n *node) place(path []step, leaf *node) bool {
	if len(path) == 0 {
		return false
	}
	for _, one := range path[:len(path)-1] {
		next := n.below[one]
		if next == nil {
			next = newNode()
			n.set(one, next)
		}
		if next.isLeaf {
			return false
		}
		n = next
	}
	last := path[len(path)-1]
	before := n.below[last]
	if before == nil {
		n.set(last, leaf)
		return true
	}
	_, isText := before.leaf.(string)
	more, too := leaf.leaf.(string)
	if !before.isLeaf || !before.open || !isText || !too {
		return false
	}
	before.more, before.open = append(before.more, more), leaf.open
	return true
}

func (n *node) set(at step, below *node) {
	n.steps = append(n.steps, at)
	n.below[at] = below
}

func (n *node) value() (value, bool) {
	if text, isText := n.leaf.(string); n.isLeaf && isText {
		return text + strings.Join(n.more, ""), !n.open
	}
	if n.isLeaf {
		return n.leaf, !n.open
	}
	object := strictjson.NewObject()
	list := make([]value, len(n.steps))
	named, placed := 0, 0
	for _, one := range n.steps {
		made, ok := n.below[one].value()
		if !ok {
			return nil, false
		}
		if !one.isAt {
			named++
			object.Set(one.name, made)
		} else if one.index < len(list) {
			placed++
			list[one.index] = made
		}
	}
	if named == len(n.steps) {
		return object, true
	}
	// Each position once, and none left out.
	return list, placed == len(n.steps)
}

// pathOf reads `$.a.b[0]['c']`; false when it is written in another way (RFC 9535 has more ways than a call needs).
func pathOf(text string) ([]step, bool) {
	rest, ok := strings.CutPrefix(text, "$")
	var path []step
	for ok && rest != "" {
		var one step
		if one, rest, ok = stepOf(rest); ok {
			path = append(path, one)
		}
	}
	return path, ok
}

func stepOf(text string) (one step, rest string, ok bool) {
	if name, isNamed := strings.CutPrefix(text, "."); isNamed {
		end := strings.IndexAny(name, ".[")
		if end < 0 {
			end = len(name)
		}
		return step{name: name[:end]}, name[end:], end > 0
	}
	inner, isBracket := strings.CutPrefix(text, "[")
	if !isBracket || inner == "" {
		return one, "", false
	}
	if quote := inner[:1]; quote == "'" || quote == `"` {
		name, rest, closed := strings.Cut(inner[1:], quote)
		rest, ends := strings.CutPrefix(rest, "]")
		return step{name: name}, rest, closed && ends && !strings.Contains(name, `\`)
	}
	digits, rest, closed := strings.Cut(inner, "]")
	index, err := strconv.ParseUint(digits, 10, 20)
	return step{index: int(index), isAt: true}, rest, closed && err == nil && len(digits) <= 6
}
