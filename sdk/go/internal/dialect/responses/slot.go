package responses

import (
	"sort"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
)

// words is one part of an item, as far as it was streamed.
type words struct {
	// kind is `output_text`, `refusal` or `reasoning_text`.
	kind   string
	pieces []string
	ended  bool
}

func (w *words) text() string { return strings.Join(w.pieces, "") }

// slot is one place in the output of an answer, as far as it was streamed.
type slot struct {
	// place is the `output_index`.
	place int
	kind  string
	// item as announced, then as ended.
	item  *object
	ended bool
	// words by their part (`content_index`).
	words map[int]*words
	// streamed are the pieces of a call's text, by command for a shell and under 0 otherwise.
	streamed map[int][]string
}

var parts = dialect.Set("output_text refusal reasoning_text summary_text text")

// checkPart: a part of an unknown kind passes, unless it can carry a call.
func checkPart(part *object) {
	kind := dialect.TextOf(part.At("type"))
	if part == nil || parts[kind] {
		return
	}
	if dialect.SoundsLikeCall(kind) || dialect.IsText(part.At("name")) || dialect.CarriesCall(part) {
		dialect.Fail("a message has a part of an unknown kind")
	}
}

func checkItem(item *object) {
	if !dialect.IsText(item.At("type")) && kindOf(item) != inert {
		dialect.Fail("an item has no type")
	}
	if item.At("type") == "message" {
		for _, part := range dialect.ListOf(item.At("content")) {
			checkPart(dialect.ObjectOf(part))
		}
	}
}

func openSlot(place int, item *object) *slot {
	checkItem(item)
	return &slot{place: place, kind: kindOf(item), item: item, words: map[int]*words{}, streamed: map[int][]string{}}
}

// copy is one that later frames do not change.
func (s *slot) copy() *slot {
	made := *s
	made.words = map[int]*words{}
	for part, one := range s.words {
		kept := *one
		made.words[part] = &kept
	}
	return &made
}

// partsInOrder are the parts that were streamed.
func (s *slot) partsInOrder() []int {
	var made []int
	for part := range s.words {
		made = append(made, part)
	}
	sort.Ints(made)
	return made
}

// end gives a slot its last word. What was announced or streamed before must be what it says.
func (s *slot) end(item *object) {
	checkItem(item)
	name := dialect.TextOf(s.item.At("name"))
	if item.At("type") != s.item.At("type") || kindOf(item) != s.kind {
		dialect.Fail("an item ended as another kind than it began")
	}
	if name != "" && item.At("name") != name {
		dialect.Fail("a call changed its tool")
	}
	if s.kind == asked {
		for part, pieces := range s.streamed {
			agree(strings.Join(pieces, ""), textIn(item, part))
		}
	}
	s.item, s.ended = item, true
}

// textIn is what an ended call says where text was streamed.
func textIn(item *object, part int) string {
	switch item.At("type") {
	case "function_call":
		return dialect.TextOf(item.At("arguments"))
	case "custom_tool_call":
		return dialect.TextOf(item.At("input"))
	case "apply_patch_call":
		return dialect.TextOf(dialect.ObjectOf(item.At("operation")).At("diff"))
	}
	commands := dialect.ListOf(dialect.ObjectOf(item.At("action")).At("commands"))
	if part < len(commands) {
		return dialect.TextOf(commands[part])
	}
	return ""
}

func agree(streamed, said string) {
	if !dialect.SameArguments(streamed, said) {
		dialect.Fail("the arguments that were streamed are not those the call ended with")
	}
}

// stream adds text of a call: a piece more, or all of it once again.
func (s *slot) stream(part int, text string, whole bool) {
	if s.ended {
		dialect.Fail("arguments follow the end of their call")
	}
	if !whole {
		s.streamed[part] = append(s.streamed[part], text)
		return
	}
	if before := strings.Join(s.streamed[part], ""); before != "" {
		agree(before, text)
	}
	s.streamed[part] = []string{text}
}
