package chat

import (
	"sort"
	"strconv"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// most is more than any answer has, and few enough to be looked through for every piece.
const most = 1024

// legacyKey stands where a call has no index.
const legacyKey = -1

// building is a call while it is still being written.
type building struct {
	choice, key int
	kind, id    string
	name        string
	pieces      strings.Builder
	extra       *object
}

// reading is what was read of a streamed answer so far.
type reading struct {
	// head are the members every chunk repeats.
	head    *object
	calls   []*building
	held    []dialect.Frame
	holding bool
	// finished: choice → its reason for stopping, nil while it goes on; order keeps the choices as they came.
	finished map[int]value
	text     strings.Builder
	done     bool
	// failed is the frame of the provider's own error, when it came while something was held.
	failed  *dialect.Frame
	failure string
	unknown int
}

func newReader() *reading { return &reading{head: strictjson.NewObject(), finished: map[int]value{}} }

func (r *reading) Take(frame dialect.Frame) (passing []dialect.Frame, err error) {
	err = dialect.Catch(func() { passing = r.take(frame) })
	return passing, err
}

func (r *reading) take(frame dialect.Frame) []dialect.Frame {
	data := frame.Data
	if data == nil {
		r.done = r.done || frame.Raw == dialect.EndOfStream
		return r.pass(frame)
	}
	r.unknown += checkUnknown(data)
	choices := data.At("choices")
	if !dialect.IsEmpty(choices) && !dialect.IsList(choices) {
		dialect.Fail("choices is no array")
	}
	if failure := failureIn(data); failure != "" {
		return r.fail(frame, failure)
	}
	if len(dialect.ListOf(choices)) == 0 {
		return r.pass(frame)
	}
	r.head = data.Without("choices", "usage")
	calling, said := false, false
	for _, one := range dialect.ListOf(choices) {
		calls, speaks := r.readChoice(one)
		calling, said = calling || calls, said || speaks
	}
	if !calling {
		return r.pass(frame)
	}
	if r.holding || !said {
		r.holding = true
		r.held = append(r.held, frame)
		return nil
	}
	r.holding = true
	first, rest := split(data)
	r.held = append(r.held, rest)
	return []dialect.Frame{first}
}

// fail: an error of the provider's own goes on as it came, and nothing of what was held.
func (r *reading) fail(frame dialect.Frame, failure string) []dialect.Frame {
	r.failure = failure
	for _, one := range dialect.ListOf(frame.Data.At("choices")) {
		delta := dialect.ObjectOf(dialect.ObjectOf(one).At("delta"))
		if !dialect.IsEmpty(delta.At(callMembers[0])) || !dialect.IsEmpty(delta.At(callMembers[1])) {
			frame = dialect.Made(frame.Data.Without("choices"), frame.Event)
			break
		}
	}
	if !r.holding {
		return []dialect.Frame{frame}
	}
	r.failed = &frame
	return nil
}

func (r *reading) pass(frame dialect.Frame) []dialect.Frame {
	if !r.holding {
		return []dialect.Frame{frame}
	}
	r.held = append(r.held, frame)
	return nil
}

func (r *reading) readChoice(one value) (calling, speaks bool) {
	choice := dialect.ObjectOf(one)
	index := indexOf(choice)
	if len(r.finished) > most {
		dialect.Fail("an answer has more than %d choices", most)
	}
	message := dialect.ObjectOf(choice.At("message"))
	if !dialect.IsEmpty(message.At(callMembers[0])) || !dialect.IsEmpty(message.At(callMembers[1])) {
		dialect.Fail("a streamed choice holds a whole call")
	}
	delta := dialect.ObjectOf(choice.At("delta"))
	over := dialect.TextOf(r.finished[index]) != "" && !r.holding
	r.text.WriteString(dialect.TextOf(delta.At("content")))
	finish := choice.At("finish_reason")
	if dialect.TextOf(finish) != "" {
		r.finished[index] = finish
	} else if _, known := r.finished[index]; !known {
		r.finished[index] = nil
	}
	calling = r.readCalls(delta, index)
	if calling && over {
		dialect.Fail("a call follows the end of its choice")
	}
	return calling, besideCalls(delta).Len() > 0
}

func indexOf(choice *object) int {
	written := choice.At("index")
	if written == nil {
		return 0
	}
	index, ok := dialect.NumberOf(written)
	if !ok {
		dialect.Fail("a choice has no number for an index")
	}
	return int(index)
}

func (r *reading) readCalls(delta *object, choice int) bool {
	listed := delta.At("tool_calls")
	if !dialect.IsEmpty(listed) && !dialect.IsList(listed) {
		dialect.Fail("tool_calls is no array")
	}
	calling := false
	for _, part := range dialect.ListOf(listed) {
		if part != nil {
			calling = true
			r.readPart(dialect.ObjectOf(part), choice)
		}
	}
	old := delta.At("function_call")
	if object, isObject := old.(*object); old == nil || (isObject && object.Len() == 0) {
		return calling
	}
	if list, isList := old.([]value); isList && len(list) == 0 {
		return calling
	}
	r.readLegacy(dialect.ObjectOf(old), choice)
	return true
}

func (r *reading) readPart(part *object, choice int) {
	if part == nil {
		dialect.Fail("a tool call is no object")
	}
	id, hasID := part.At("id").(string)
	index := r.keyOf(part, choice, id, hasID)
	call := r.callAt(choice, index)
	if call == nil {
		kind := function
		if dialect.IsText(part.At("type")) {
			kind = dialect.TextOf(part.At("type"))
		} else if !dialect.IsEmpty(part.At(custom)) {
			kind = custom
		}
		if kind != function && kind != custom {
			dialect.Fail("a tool call is of an unknown kind")
		}
		if !hasID {
			id = "call-" + strconv.Itoa(choice) + "-" + strconv.Itoa(index)
		}
		call = r.begin(&building{choice: choice, key: index, kind: kind, id: id, extra: strictjson.NewObject()})
	} else if id != "" && id != call.id {
		dialect.Fail("two tool calls share an index")
	}
	checkOneKind(part, call.kind)
	call.extra = call.extra.Merge(extraOf(part))
	call.add(dialect.ObjectOf(part.At(call.kind)), map[string]string{function: "arguments", custom: "input"}[call.kind])
}

func (r *reading) keyOf(part *object, choice int, id string, hasID bool) int {
	if written := part.At("index"); written != nil {
		index, ok := dialect.NumberOf(written)
		if !ok || index < 0 {
			dialect.Fail("a tool call has no index")
		}
		return int(index)
	}
	// Some providers send calls whole and without an index: each id is one.
	count := 0
	for _, one := range r.calls {
		if one.choice != choice || one.key == legacyKey {
			continue
		}
		if !hasID || one.id == id {
			return one.key
		}
		count++
	}
	return count
}

func (r *reading) callAt(choice, key int) *building {
	for _, one := range r.calls {
		if one.choice == choice && one.key == key {
			return one
		}
	}
	return nil
}

func (r *reading) begin(call *building) *building {
	if r.calls = append(r.calls, call); len(r.calls) > most {
		dialect.Fail("an answer asks for more than %d calls", most)
	}
	return call
}

func (r *reading) readLegacy(part *object, choice int) {
	if part == nil {
		dialect.Fail("a function call is no object")
	}
	call := r.callAt(choice, legacyKey)
	if call == nil {
		call = r.begin(&building{choice: choice, key: legacyKey, kind: legacy, id: "function-" + strconv.Itoa(choice)})
	}
	call.add(part, "arguments")
}

func (b *building) add(body *object, member string) {
	if body == nil {
		return
	}
	if name := dialect.TextOf(body.At("name")); name != "" {
		// Some clients join a second name to the first, others put it in its place.
		if b.name != "" {
			dialect.Fail("a tool call is named twice")
		}
		b.name = name
	}
	b.pieces.WriteString(writtenIn(body, member))
}

// split lets the words of a chunk that holds both go on; the calls, and how it ends, stay.
func split(data *object) (first, rest dialect.Frame) {
	var said, calls []value
	for _, one := range dialect.ListOf(data.At("choices")) {
		choice := dialect.ObjectOf(one)
		delta := dialect.ObjectOf(choice.At("delta"))
		called := strictjson.NewObject()
		for _, key := range callMembers {
			if delta.Has(key) {
				called.Set(key, delta.At(key))
			}
		}
		said = append(said, choice.With("delta", delta.Without(callMembers...), "finish_reason", nil))
		calls = append(calls, choice.With("delta", called))
	}
	return dialect.Made(data.Without("usage").With("choices", said), ""), dialect.Made(data.With("choices", calls), "")
}

func (r *reading) whole() []chatCall {
	var made []chatCall
	for _, one := range r.calls {
		made = append(made, chatCall{one.choice, one.id, one.kind, one.name, one.pieces.String(), one.extra})
	}
	sort.SliceStable(made, func(a, b int) bool { return made[a].choice < made[b].choice })
	return made
}

func (r *reading) Answer() (dialect.Answer, error) {
	made := dialect.Answer{Text: r.text.String(), Complete: len(r.finished) > 0, Failure: r.failure, Unknown: r.unknown}
	for _, call := range r.whole() {
		made.Calls = append(made.Calls, call.call())
	}
	for _, reason := range r.finished {
		made.Complete = made.Complete && dialect.IsText(reason)
	}
	return made, nil
}

func (r *reading) Failure() string { return r.failure }

func (r *reading) Holding() bool { return r.holding }

func (r *reading) Release(decisions []dialect.Decision) (frames []dialect.Frame, err error) {
	calls := r.whole()
	if len(calls) == len(decisions) && dialect.AllPass(decisions) {
		return r.held, nil
	}
	err = dialect.Catch(func() { frames = r.ending(calls, decisions) })
	return frames, err
}
