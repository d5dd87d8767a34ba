package responses

import (
	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

func (r *reader) Abandon(text string) []dialect.Frame {
	if r.progress.failure != "" {
		if r.failed == nil {
			return nil
		}
		return []dialect.Frame{*r.failed}
	}
	left := r.left
	if left == nil {
		left = r.progress
	}
	if left.ended {
		return nil
	}
	response := left.response
	if response == nil {
		response = unnamed(r.model)
	}
	place := left.nextPlace()
	message := messageOf("msg_aegis_"+itoa(place), text)
	var events []*object
	if left.response == nil {
		events = append(events, strictjson.NewObject("type", "response.created", "response", response))
	}
	var output []value
	for _, one := range left.inOrder() {
		output = append(output, one.endedItem())
		if !one.ended {
			events = append(events, one.closing()...)
		}
	}
	events = append(events, messageEvents(place, message)...)
	last := response.With("status", "completed")
	if r.progress.ended {
		last.Set("usage", r.progress.response.At("usage"))
	}
	events = append(events, strictjson.NewObject("type", "response.completed", "response", withOutput(last, append(output, message))))
	to := &rewriting{next: r.sequence, numbered: r.numbered || left.response == nil}
	if !r.numbered {
		to.next = -1
	}
	for _, event := range events {
		to.emit(event, !r.unnamed)
	}
	return to.frames
}

// unnamed is a response of our own, for a stream that broke before the provider's began. Its time is not known here.
func unnamed(model string) *object {
	return strictjson.NewObject("id", "resp_aegis", "object", "response", "created_at", 0, "status", "in_progress", "error", nil, "incomplete_details", nil,
		"instructions", nil, "metadata", strictjson.NewObject(), "model", model, "output", []value{}, "parallel_tool_calls", true, "temperature", nil,
		"tool_choice", "auto", "tools", []value{}, "top_p", nil, "usage", nil)
}

// endedItem is an item as the client has it: of an open message the words that left.
func (s *slot) endedItem() *object {
	if s.ended {
		return s.item
	}
	made := s.item.Without()
	if s.item.Has("status") {
		made.Set("status", "incomplete")
	}
	if s.item.At("type") != "message" {
		return made
	}
	content := []value{}
	for _, part := range s.partsInOrder() {
		if one := s.words[part]; one.kind == "refusal" {
			content = append(content, strictjson.NewObject("type", "refusal", "refusal", one.text()))
		} else {
			content = append(content, partOf(one.text()))
		}
	}
	return made.With("content", content)
}

func (s *slot) closing() []*object {
	item := s.endedItem()
	var events []*object
	for _, part := range s.partsInOrder() {
		one := s.words[part]
		if one.ended || s.item.At("type") != "message" {
			continue
		}
		at := strictjson.NewObject("output_index", s.place, "item_id", dialect.TextOf(item.At("id")), "content_index", part)
		if one.kind == "refusal" {
			events = append(events, refusalEnd(at, one.text())...)
		} else {
			events = append(events, partEnd(at, one.text())...)
		}
	}
	return append(events, strictjson.NewObject("type", "response.output_item.done", "output_index", s.place, "item", item))
}
