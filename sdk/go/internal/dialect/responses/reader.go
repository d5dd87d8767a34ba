package responses

import (
	"strconv"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// reader reads one streamed answer.
type reader struct {
	model    string
	progress *progress
	held     []dialect.Frame
	// left is what the client had been given when the first frame was held; nil while nothing is.
	left *progress
	// sequence is the number of the last frame that left; numbered is false where none was.
	sequence int
	numbered bool
	// unnamed: events have no names besides their types.
	unnamed bool
	failed  *dialect.Frame
}

func newReader(model string) *reader { return &reader{model: model, progress: newProgress()} }

func (r *reader) Take(frame dialect.Frame) (passing []dialect.Frame, err error) {
	err = dialect.Catch(func() { passing = r.take(frame) })
	return passing, err
}

func (r *reader) take(frame dialect.Frame) []dialect.Frame {
	data := frame.Data
	if data != nil {
		checkName(frame)
		if r.left == nil && r.progress.carriesCall(data) {
			r.left = r.progress.copy()
		}
		r.progress.read(data)
		if r.progress.failure != "" {
			return r.fail(frame)
		}
	}
	if r.left != nil {
		r.held = append(r.held, frame)
		return nil
	}
	if sequence, ok := sequenceOf(data); ok {
		r.sequence, r.numbered = sequence, true
	}
	if data != nil {
		r.unnamed = frame.Event == ""
	}
	return []dialect.Frame{frame}
}

func sequenceOf(data *object) (int, bool) {
	written, _ := data.At("sequence_number").(strictjson.Number)
	number, err := strconv.Atoi(string(written))
	return number, err == nil
}

func checkName(frame dialect.Frame) {
	// `message` is what an event without a name is called.
	kind, typed := frame.Data.At("type").(string)
	if frame.Event != "" && frame.Event != "message" && typed && frame.Event != kind {
		dialect.Fail("an event is named otherwise than its data")
	}
}

// fail: an error of the provider's own goes on without any call, and nothing of what was held.
func (r *reader) fail(frame dialect.Frame) []dialect.Frame {
	if response := dialect.ObjectOf(frame.Data.At("response")); response != nil {
		if bare := withoutCalls(response); bare != response {
			frame = dialect.Made(frame.Data.With("response", bare), frame.Event)
		}
	}
	if r.left == nil {
		return []dialect.Frame{frame}
	}
	if r.failed == nil {
		r.failed = &frame
	}
	return nil
}

func (r *reader) Answer() (made dialect.Answer, err error) {
	err = dialect.Catch(func() { made = r.answer() })
	return made, err
}

func (r *reader) answer() dialect.Answer {
	p := r.progress
	made := dialect.Answer{ID: dialect.TextOf(p.response.At("id")), Complete: p.ended, Failure: p.failure, Unknown: p.unknown}
	for _, one := range p.inOrder() {
		if one.kind != inert {
			made.Calls = append(made.Calls, callOf(one.item, one.place, one.ended))
		}
		if one.ended {
			made.Text += wordsOf(one.item)
			continue
		}
		for _, part := range one.partsInOrder() {
			made.Text += one.words[part].text()
		}
	}
	distinct(made.Calls)
	return made
}

func (r *reader) Failure() string { return r.progress.failure }

func (r *reader) Holding() bool { return r.left != nil }

func (r *reader) Told() bool {
	if r.left != nil {
		return r.progress.failure != "" || r.left.ended
	}
	return r.progress.failure != "" || r.progress.ended
}

func (r *reader) Release(decisions []dialect.Decision) (frames []dialect.Frame, err error) {
	err = dialect.Catch(func() {
		slots := r.progress.inOrder()
		var items []*object
		for _, one := range slots {
			items = append(items, one.item)
		}
		decided := map[int]dialect.Decision{}
		for at, decision := range decisionsByPlace(items, decisions) {
			decided[slots[at].place] = decision
		}
		frames = r.held
		if !dialect.AllPass(decisions) || len(decisions) < len(r.answer().Calls) {
			frames = r.rewrite(decided)
		}
	})
	return frames, err
}
