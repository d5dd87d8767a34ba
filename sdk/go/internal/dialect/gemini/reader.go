package gemini

import (
	"sort"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

type heldFrame struct {
	frame  dialect.Frame
	places []place
}

// given is what the client has.
type given struct {
	words    bool
	finished map[int]bool
	blocked  bool
}

// reader reads one streamed answer; a frame with a call in it is held whole, its words too.
type reader struct {
	model   string
	reading *reading
	held    []heldFrame
	left    *given
	failed  *dialect.Frame
}

func (r *reader) given() *given {
	made := &given{r.reading.text.Len() > 0, map[int]bool{}, r.reading.blocked}
	for index, ended := range r.reading.finished {
		made.finished[index] = ended
	}
	return made
}

func (r *reader) Take(frame dialect.Frame) (passing []dialect.Frame, err error) {
	err = dialect.Catch(func() { passing = r.take(frame) })
	return passing, err
}

func (r *reader) take(frame dialect.Frame) []dialect.Frame {
	before := r.given()
	var places []place
	if frame.Data != nil {
		places = r.reading.read(frame.Data)
	}
	if r.reading.failure != "" {
		return r.fail(frame)
	}
	if r.left == nil && len(places) > 0 {
		r.left = before
	}
	if r.left == nil {
		return []dialect.Frame{frame}
	}
	r.held = append(r.held, heldFrame{frame, places})
	return nil
}

// fail: an error of the provider's own goes on without any call, and nothing of what was held.
func (r *reader) fail(frame dialect.Frame) []dialect.Frame {
	if frame.Data.Has("candidates") {
		frame = dialect.Made(frame.Data.Without("candidates"), frame.Event)
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
	err = dialect.Catch(func() { made = r.reading.answer() })
	return made, err
}

func (r *reader) Failure() string { return r.reading.failure }

func (r *reader) Holding() bool { return r.left != nil }

func (r *reader) Told() bool {
	if r.reading.failure != "" {
		return true
	}
	if r.left != nil {
		return r.left.told()
	}
	return r.given().told()
}

// told: the client has the end of every candidate.
func (g *given) told() bool { return g.blocked || (len(g.finished) > 0 && len(g.open()) == 0) }

// open are the candidates that have not ended.
func (g *given) open() []int {
	var made []int
	for index, ended := range g.finished {
		if !ended {
			made = append(made, index)
		}
	}
	sort.Ints(made)
	return made
}

func (r *reader) Release(decisions []dialect.Decision) (frames []dialect.Frame, err error) {
	decisions = filled(decisions, len(r.reading.calls))
	pass := dialect.AllPass(decisions)
	err = dialect.Catch(func() {
		rewriting := newRewriting(r.reading.calls, decisions, r.left != nil && r.left.words)
		for _, one := range r.held {
			if pass || !one.frame.Data.Has("candidates") {
				frames = append(frames, one.frame)
			} else if body := rewriteBody(one.frame.Data, one.places, rewriting); body != nil {
				frames = append(frames, dialect.Made(body, one.frame.Event))
			}
		}
	})
	return frames, err
}

func (r *reader) Abandon(text string) []dialect.Frame {
	if r.reading.failure != "" {
		if r.failed == nil {
			return nil
		}
		return []dialect.Frame{*r.failed}
	}
	left := r.left
	if left == nil {
		left = r.given()
	}
	open := left.open()
	if len(left.finished) == 0 {
		open = []int{0}
	}
	if left.blocked || len(open) == 0 {
		return nil
	}
	if left.words {
		text = "\n\n" + text
	}
	var said []value
	for _, index := range open {
		part := strictjson.NewObject("text", text)
		content := strictjson.NewObject("role", "model", "parts", []value{part})
		said = append(said, strictjson.NewObject("content", content, "finishReason", "STOP", "index", index))
	}
	model := r.reading.model
	if model == "" {
		model = r.model
	}
	body := strictjson.NewObject("candidates", said, "modelVersion", model)
	if r.reading.id != "" {
		body.Set("responseId", r.reading.id)
	}
	return []dialect.Frame{dialect.Made(body, "")}
}
