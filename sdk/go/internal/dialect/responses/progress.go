package responses

import (
	"sort"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
)

// progress is how far the streamed answer has been read.
type progress struct {
	// response as its last frame says it is.
	response *object
	slots    map[int]*slot
	// ids of items and the places they were announced at. Some providers name an item anew in every event; its place is what counts.
	ids map[string]int
	// ended: the provider said this was all.
	ended bool
	// last are the slots of the items in the output of the last frame, by position.
	last    map[int]*slot
	failure string
	unknown int
}

func newProgress() *progress {
	return &progress{slots: map[int]*slot{}, ids: map[string]int{}, last: map[int]*slot{}}
}

func (p *progress) copy() *progress {
	made := *p
	made.slots = map[int]*slot{}
	for place, one := range p.slots {
		made.slots[place] = one.copy()
	}
	return &made
}

// inOrder are the slots in the order of the output.
func (p *progress) inOrder() []*slot {
	var made []*slot
	for _, one := range p.slots {
		made = append(made, one)
	}
	sort.Slice(made, func(a, b int) bool { return made[a].place < made[b].place })
	return made
}

// streams are events that stream text into a call that is decided: the type of item they belong to, and the member of `.done` with the whole.
var streams = map[string]struct{ kind, whole string }{
	"response.function_call_arguments":         {"function_call", "arguments"},
	"response.custom_tool_call_input":          {"custom_tool_call", "input"},
	"response.apply_patch_call_operation_diff": {"apply_patch_call", "diff"},
	"response.shell_call_command":              {"shell_call", "command"},
}

var (
	// wordEvents are of words and thoughts; none can carry a call.
	wordEvents = dialect.Set("response.content_part.added response.content_part.done response.output_text.delta response.output_text.done " +
		"response.output_text.annotation.added response.refusal.delta response.refusal.done response.reasoning_text.delta response.reasoning_text.done " +
		"response.reasoning_summary_part.added response.reasoning_summary_part.done response.reasoning_summary_text.delta " +
		"response.reasoning_summary_text.done response.audio.delta response.audio.done response.audio.transcript.delta response.audio.transcript.done " +
		"response.compaction.compacting keepalive error")
	lastEvents  = dialect.Set("response.completed response.incomplete response.failed")
	stateEvents = dialect.Set("response.created response.queued response.in_progress response.completed response.incomplete response.failed")
)

func placeIn(data *object) (int, bool) { return dialect.CountOf(data.At("output_index")) }

// carriesCall tells whether a frame carries any byte of a call, also of one the provider ran. What follows one is held anyway.
func (p *progress) carriesCall(data *object) bool {
	if kindAt(data.At("item")) != inert {
		return true
	}
	if place, ok := placeIn(data); ok && p.slots[place] != nil && p.slots[place].kind != inert {
		return true
	}
	return hasCall(dialect.ObjectOf(data.At("response")))
}

func hasCall(response *object) bool {
	for _, one := range dialect.ListOf(response.At("output")) {
		if kindAt(one) != inert {
			return true
		}
	}
	return false
}

// read reads one event.
func (p *progress) read(data *object) {
	kind, typed := data.At("type").(string)
	if !typed && dialect.ObjectOf(data.At("error")) != nil {
		kind = "error"
	}
	switch {
	case kind == "error":
		p.fail(dialect.FailureOf(data.At("error")), errorCode(data))
	case p.ended:
		p.beyond(data)
	case stateEvents[kind]:
		p.state(kind, data)
	case kind == "response.output_item.added":
		p.openItem(data)
	case kind == "response.output_item.done":
		p.endItem(data)
	default:
		p.piece(kind, data)
	}
}

// errorCode is where an error stands in the event itself.
func errorCode(data *object) string {
	if code := strings.TrimSpace(dialect.TextOf(data.At("code"))); code != "" {
		return code
	}
	return "UPSTREAM_ERROR"
}

func (p *progress) fail(names ...string) {
	for _, name := range append(names, "UPSTREAM_ERROR") {
		if p.failure == "" {
			p.failure = name
		}
	}
}

// beyond: what follows the end of the answer means nothing to a client, unless it is a call.
func (p *progress) beyond(data *object) {
	if dialect.CarriesCall(data) {
		dialect.Fail("a call follows the end of the answer")
	}
	if data.At("type") != "keepalive" {
		p.unknown++
	}
}

func (p *progress) state(kind string, data *object) {
	response := dialect.ObjectOf(data.At("response"))
	p.ended = lastEvents[kind]
	if kind == "response.failed" {
		p.fail(dialect.FailureOf(response.At("error")))
	}
	if response == nil {
		return
	}
	p.response = response
	if p.ended {
		p.unknown += unknownOf(response)
	}
	switch {
	case p.failure != "":
	case p.ended:
		p.readLast(response)
	case hasCall(response):
		dialect.Fail("a call stands in an answer that has only begun")
	}
}

// readLast reads the whole output once more: each call in it is one that was streamed, or is new and decided like any other.
func (p *progress) readLast(response *object) {
	byCall := map[string]*slot{}
	for _, one := range p.slots {
		if key := callKey(one.item); key != "" {
			byCall[key] = one
		}
	}
	for position, one := range dialect.ListOf(response.At("output")) {
		item := dialect.ObjectOf(one)
		if item == nil {
			continue
		}
		checkItem(item)
		at := p.slotFor(byCall, position, item)
		if at == nil {
			at = p.newSlot(position, item)
		}
		if at == nil {
			continue
		}
		if at.ended && at.kind == asked && !sameCall(at.item, item) {
			dialect.Fail("a call is another one at the end of the answer")
		}
		if !at.ended {
			at.end(item)
		}
		p.last[position] = at
	}
}

func callKey(item *object) string {
	call := dialect.TextOf(item.At("call_id"))
	if call == "" {
		return ""
	}
	return dialect.TextOf(item.At("type")) + " " + call
}

// slotFor finds a slot by its id, by its call, and else by where it stands.
func (p *progress) slotFor(byCall map[string]*slot, position int, item *object) *slot {
	var known *slot
	if place, found := p.ids[dialect.TextOf(item.At("id"))]; found {
		known = p.slots[place]
	}
	if known == nil {
		known = byCall[callKey(item)]
	}
	if known == nil {
		known = p.slots[position]
	}
	if known == nil || known.item.At("type") != item.At("type") {
		return nil
	}
	return known
}

// newSlot is for an item that was not streamed; nil for one without a call whose place is taken.
func (p *progress) newSlot(position int, item *object) *slot {
	made := openSlot(position, item)
	if p.slots[position] != nil {
		if made.kind != inert {
			dialect.Fail("a call stands at the end of the answer where another item was streamed")
		}
		return nil
	}
	p.slots[position] = made
	return made
}

// nextPlace is the place behind all others.
func (p *progress) nextPlace() int {
	next := 0
	for place := range p.slots {
		next = max(next, place+1)
	}
	return next
}

// checkID: an id that was announced for one place cannot stand for another, since clients that go by ids would read another stream.
func (p *progress) checkID(place int, hasPlace bool, id string) {
	if known, found := p.ids[id]; id != "" && found && (!hasPlace || known != place) {
		dialect.Fail("an event names another item than stands at its place")
	}
}

func (p *progress) openItem(data *object) {
	item := dialect.ObjectOf(data.At("item"))
	if item == nil {
		return
	}
	place, ok := placeIn(data)
	if !ok {
		dialect.Fail("an event names no place in the output")
	}
	if p.slots[place] != nil {
		dialect.Fail("two items stand at one place of the output")
	}
	p.slots[place] = openSlot(place, item)
	id := dialect.TextOf(item.At("id"))
	if _, taken := p.ids[id]; id != "" && taken {
		dialect.Fail("two items share an id")
	}
	if id != "" {
		p.ids[id] = place
	}
}

func (p *progress) endItem(data *object) {
	item := dialect.ObjectOf(data.At("item"))
	if item == nil {
		return
	}
	place, ok := placeIn(data)
	if !ok {
		dialect.Fail("an event names no place in the output")
	}
	if p.slots[place] == nil {
		p.openItem(data)
	}
	at := p.slots[place]
	if at == nil || at.ended {
		dialect.Fail("an item ended twice")
	}
	p.checkID(place, true, dialect.TextOf(item.At("id")))
	at.end(item)
}

func (p *progress) piece(kind string, data *object) {
	place, ok := placeIn(data)
	var at *slot
	if ok {
		at = p.slots[place]
	}
	p.checkID(place, ok, dialect.TextOf(data.At("item_id")))
	stem := kind
	if dot := strings.LastIndexByte(kind, '.'); dot >= 0 {
		stem = kind[:dot]
	}
	if stream, known := streams[stem]; known {
		if at == nil || at.item.At("type") != stream.kind {
			dialect.Fail("arguments belong to no call")
		}
		command, _ := dialect.CountOf(data.At("command_index"))
		if delta, is := data.At("delta").(string); is && strings.HasSuffix(kind, ".delta") {
			at.stream(command, delta, false)
		} else {
			at.stream(command, dialect.TextOf(data.At(stream.whole)), true)
		}
		return
	}
	if wordEvents[kind] {
		if at != nil && at.kind != asked {
			at.readWords(kind, data)
		}
		return
	}
	p.unknownPiece(at, data)
}

// unknownPiece: the progress of a tool the provider runs may have any name; an event of anything else must be known, or able to carry nothing.
func (p *progress) unknownPiece(at *slot, data *object) {
	if at != nil && at.kind != asked && at.item.At("type") != "message" && at.item.At("type") != "reasoning" {
		return
	}
	carries := false
	if at != nil && at.kind == asked {
		carries = dialect.HoldsWords(data.Without("type"))
	} else {
		carries = dialect.CarriesCall(data)
	}
	if carries {
		dialect.Fail("an event of an unknown kind can carry a tool call")
	}
	p.unknown++
}

func (s *slot) readWords(kind string, data *object) {
	part, ok := dialect.CountOf(data.At("content_index"))
	if !ok {
		return
	}
	at := s.words[part]
	switch {
	case kind == "response.content_part.added":
		announced := dialect.ObjectOf(data.At("part"))
		checkPart(announced)
		at = &words{kind: "output_text", pieces: []string{dialect.TextOf(announced.At("text"))}}
		if dialect.IsText(announced.At("type")) {
			at.kind = dialect.TextOf(announced.At("type"))
		}
		s.words[part] = at
	case at != nil && strings.HasSuffix(kind, ".delta"):
		at.pieces = append(at.pieces, dialect.TextOf(data.At("delta")))
	case at != nil && kind == "response.content_part.done":
		at.ended = true
	}
}
