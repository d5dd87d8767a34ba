package anthropic

import (
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
)

var (
	events = dialect.Set("message_start content_block_start content_block_delta content_block_stop message_delta message_stop error")
	// deltas are pieces of words, thoughts and arguments.
	deltas       = dialect.Set("text_delta input_json_delta thinking_delta signature_delta citations_delta compaction_delta")
	eventMembers = dialect.Set("type index message content_block delta usage context_management")
	endMembers   = dialect.Set("stop_reason stop_sequence stop_details container")
)

// block is a content block as far as it came.
type block struct {
	index  int
	kind   string
	start  *object
	pieces []string
	// passed: the client has its first frame.
	passed, open bool
}

// reading is what was read of a streamed message so far.
type reading struct {
	message *object
	// whole is a message that came whole in its first event, as it does where a program of the provider's asks for a tool.
	whole  *object
	blocks map[int]*block
	// order are the blocks by their beginnings.
	order   []int
	held    []dialect.Frame
	holding bool
	text    strings.Builder
	output  int
	stop    value
	// What the client has of the ending.
	passedDelta, passedStop bool
	failed                  *dialect.Frame
	failure                 string
	unknown                 int
}

func (r *reading) Take(frame dialect.Frame) (passing []dialect.Frame, err error) {
	err = dialect.Catch(func() { passing = r.take(frame) })
	return passing, err
}

func (r *reading) take(frame dialect.Frame) []dialect.Frame {
	if frame.Data == nil {
		// What some gateways end every stream with, and text in which no call can stand.
		return r.pass(frame, "")
	}
	kind := typeOf(frame.Data, frame.Event)
	if kind == "error" {
		return r.fail(frame)
	}
	r.note(kind, frame.Data)
	return r.pass(frame, kind)
}

// typeOf: clients dispatch on either name, so an event that says two things is read differently by each.
func typeOf(data *object, event string) string {
	if event == "message" {
		event = ""
	}
	typed, isTyped := data.At("type").(string)
	switch {
	case !isTyped && event == "" && dialect.ObjectOf(data.At("error")) != nil:
		return "error"
	case !isTyped:
		return event
	case event == "" || typed == event:
		return typed
	case events[typed] || events[event]:
		dialect.Fail("an event is not of the type its data says")
	}
	return typed
}

// fail: an error of the provider's own goes on as it came, and nothing of what was held.
func (r *reading) fail(frame dialect.Frame) []dialect.Frame {
	if r.failure == "" {
		if r.failure = dialect.FailureOf(frame.Data.At("error")); r.failure == "" {
			r.failure = "UPSTREAM_ERROR"
		}
	}
	if !r.holding {
		return []dialect.Frame{frame}
	}
	if r.failed == nil {
		r.failed = &frame
	}
	return nil
}

func (r *reading) pass(frame dialect.Frame, kind string) []dialect.Frame {
	// A keep-alive means nothing, so it is never held.
	if !r.holding || kind == "ping" {
		return []dialect.Frame{frame}
	}
	r.held = append(r.held, frame)
	return nil
}

func (r *reading) note(kind string, data *object) {
	if events[kind] {
		r.unknown += dialect.UnknownIn(data, eventMembers)
	}
	switch kind {
	case "message_start":
		r.begin(dialect.ObjectOf(data.At("message")))
	case "content_block_start":
		r.open(data)
	case "content_block_delta":
		r.add(data)
	case "content_block_stop":
		if index, ok := indexOf(data); ok && r.blocks[index] != nil {
			r.blocks[index].open = false
		}
	case "message_delta":
		r.end(data)
	case "message_stop":
		r.passedStop = r.passedStop || !r.holding
	case "ping":
	default:
		if dialect.CarriesCall(data.With("type", kind)) {
			dialect.Fail("an event of the unknown type %s can carry a tool call", dialect.Cut(kind, 64))
		}
		r.unknown++
	}
}

func indexOf(data *object) (int, bool) {
	number, ok := dialect.NumberOf(data.At("index"))
	return int(number), ok
}

func (r *reading) begin(message *object) {
	if message == nil {
		dialect.Fail("a message does not start as one")
	}
	r.unknown += dialect.UnknownIn(message, bodyMembers)
	if r.holding {
		dialect.Fail("a message starts within a tool use")
	}
	if dialect.IsEmpty(message.At("content")) {
		r.message = message
	} else {
		// Its own calls are decided like any other; what it was before, nobody can tell.
		if r.message != nil || !dialect.IsList(message.At("content")) {
			dialect.Fail("a message does not start empty")
		}
		r.whole, r.holding = message, true
		if readAnswer(message).Complete {
			r.stop = message.At("stop_reason")
		}
	}
	r.count(message.At("usage"))
}

// count keeps the output counted so far; later counts are totals.
func (r *reading) count(usage value) {
	if output, ok := dialect.CountOf(dialect.ObjectOf(usage).At("output_tokens")); ok {
		r.output = max(r.output, output)
	}
}

func (r *reading) open(data *object) {
	if r.whole != nil {
		dialect.Fail("a content block follows a whole message")
	}
	index, ok := indexOf(data)
	start := dialect.ObjectOf(data.At("content_block"))
	if !ok || start == nil {
		dialect.Fail("a content block does not start as one")
	}
	kind := kindOf(start)
	// Some gateways number every block alike; words may follow words.
	if before := r.blocks[index]; before != nil && (before.open || before.kind != isWords || kind != isWords) {
		dialect.Fail("two content blocks share an index")
	}
	if kind != isWords {
		if r.passedDelta || r.passedStop {
			dialect.Fail("a call follows the end of its message")
		}
		r.holding = true
	}
	if isUnknown(start) {
		r.unknown++
	}
	if carriesOne(kind) {
		callOf(start, nil)
	}
	if r.blocks[index] == nil {
		r.order = append(r.order, index)
	}
	r.blocks[index] = &block{index: index, kind: kind, start: start, passed: !r.holding, open: true}
	if start.At("type") == "text" {
		r.text.WriteString(dialect.TextOf(start.At("text")))
	}
}

func (r *reading) add(data *object) {
	delta := dialect.ObjectOf(data.At("delta"))
	typed := dialect.TextOf(delta.At("type"))
	calls := typed == "input_json_delta" || delta.Has("partial_json")
	if !deltas[typed] {
		r.checkDelta(delta, typed)
	}
	var at *block
	if index, ok := indexOf(data); ok {
		at = r.blocks[index]
	}
	switch {
	case at == nil && calls:
		// Words may go on where nothing began, as clients let them; arguments may not.
		dialect.Fail("a content block goes on before its start")
	case at != nil && carriesOne(at.kind):
		at.addArguments(delta)
	case calls:
		dialect.Fail("a content block is of two kinds")
	case typed == "text_delta":
		r.text.WriteString(dialect.TextOf(delta.At("text")))
	}
}

// checkDelta is for a piece of an unknown kind.
func (r *reading) checkDelta(delta *object, typed string) {
	if dialect.SoundsLikeCall(typed) || dialect.CarriesCall(delta) || delta.Has("partial_json") {
		dialect.Fail("a delta of an unknown type can carry a tool call")
	}
	if delta.Len() > 0 {
		r.unknown++
	}
}

// addArguments: an unknown piece of a call may be a piece of its arguments to a client of tomorrow.
func (b *block) addArguments(delta *object) {
	if !b.open {
		dialect.Fail("a content block goes on after its end")
	}
	if delta.Len() == 0 {
		return
	}
	if delta.At("type") != "input_json_delta" {
		dialect.Fail("a content block is of two kinds")
	}
	piece, ok := delta.At("partial_json").(string)
	if !ok {
		dialect.Fail("the arguments of a tool use are not text")
	}
	b.pieces = append(b.pieces, piece)
}

func (r *reading) end(data *object) {
	r.count(data.At("usage"))
	delta := dialect.ObjectOf(data.At("delta"))
	r.unknown += dialect.UnknownIn(delta, endMembers)
	if reason := delta.At("stop_reason"); dialect.IsText(reason) {
		r.stop = reason
	}
	r.passedDelta = r.passedDelta || !r.holding
}

// calls are the blocks that carry one, by their beginnings.
func (r *reading) calls() []*block {
	var made []*block
	for _, index := range r.order {
		if one := r.blocks[index]; carriesOne(one.kind) {
			made = append(made, one)
		}
	}
	return made
}

func (b *block) arguments() *object {
	text := strings.Join(b.pieces, "")
	switch {
	case b.open:
		return nil
	case text == "":
		return inputOf(b.start)
	case dialect.IsEmpty(b.start.At("input")):
		return dialect.ArgsOf(text)
	}
	// Both at once: some clients add, others replace.
	return nil
}

func (r *reading) Answer() (made dialect.Answer, err error) {
	err = dialect.Catch(func() { made = r.answer() })
	return made, err
}

func (r *reading) answer() dialect.Answer {
	if r.whole != nil {
		made := readAnswer(r.whole)
		made.Complete, made.Failure, made.Unknown = r.stop != nil, r.failure, r.unknown
		return made
	}
	made := dialect.Answer{Text: r.text.String(), Failure: r.failure, Unknown: r.unknown, Complete: r.stop != nil}
	for _, one := range r.calls() {
		made.Calls = append(made.Calls, callOf(one.start, one.arguments()))
	}
	for _, one := range r.blocks {
		made.Complete = made.Complete && !one.open
	}
	return made
}

func (r *reading) Failure() string { return r.failure }

func (r *reading) Holding() bool { return r.holding }

func (r *reading) Told() bool { return r.failure != "" || r.passedStop || r.passedDelta }

func (r *reading) Release(decisions []dialect.Decision) (frames []dialect.Frame, err error) {
	err = dialect.Catch(func() { frames = r.release(decisions) })
	return frames, err
}
