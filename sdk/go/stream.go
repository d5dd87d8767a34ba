package aegis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/sse"
)

// stream is the body of a streamed answer. It reads when it is read, and starts nothing of its own: a stream that is closed early leaves nothing.
type stream struct {
	*answering
	ctx     context.Context
	stop    context.CancelFunc
	from    io.ReadCloser
	decoder sse.Decoder
	reader  dialect.Reader
	piece   []byte
	// out waits to be read, and then end is what the reader gets.
	out []byte
	end error
	// failed: the provider's own error has been passed on, and the answer is over.
	failed bool
}

func newStream(ctx context.Context, of *answering, from io.ReadCloser) *stream {
	made := &stream{answering: of, from: from, reader: of.dialect.NewReader(of.model), piece: make([]byte, 32<<10)}
	made.ctx, made.stop = context.WithCancel(ctx)
	return made
}

func (s *stream) Read(into []byte) (int, error) {
	for len(s.out) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		if err := s.ctx.Err(); err != nil {
			return 0, context.Cause(s.ctx)
		}
		s.pull()
	}
	count := copy(into, s.out)
	s.out = s.out[count:]
	return count, nil
}

// Close ends the answer, also while its calls are being decided.
func (s *stream) Close() error {
	s.stop()
	return s.from.Close()
}

// pull reads a piece more, and puts what may leave of it into out.
func (s *stream) pull() {
	count, err := s.from.Read(s.piece)
	frames, fault := s.decoder.Push(s.piece[:count])
	for at := 0; at < len(frames) && fault == nil; at++ {
		fault = s.take(frames[at])
	}
	if fault == nil {
		fault = s.decoder.Fault()
	}
	switch {
	case fault != nil:
		s.broken(fault.Error())
	case err == io.EOF:
		rest, err := s.conclude()
		s.write(rest)
		s.end = err
		if err == nil {
			s.end = io.EOF
		}
	case err != nil && s.reader.Told() && !s.reader.Holding():
		// A connection that breaks behind the end takes nothing from the answer.
		s.end = io.EOF
	case err != nil && s.reader.Holding() && s.ctx.Err() == nil:
		s.broken("the connection to the provider broke off")
	case err != nil:
		s.end = err
	}
	if s.end != nil {
		s.stop()
	}
}

func (s *stream) take(frame dialect.Frame) error {
	if s.failed {
		if frame.Data == nil {
			s.write([]dialect.Frame{frame})
		}
		return nil
	}
	passing, err := s.reader.Take(frame)
	s.write(passing)
	if err == nil && s.reader.Failure() != "" {
		s.failed = true
		s.write(s.reader.Abandon(""))
	}
	return err
}

func (s *stream) write(frames []dialect.Frame) {
	for _, frame := range frames {
		s.out = append(s.out, frame.Text()...)
	}
}

// conclude is what the end of the answer lets go.
func (s *stream) conclude() ([]dialect.Frame, error) {
	if s.failed || s.reader.Failure() != "" {
		return nil, nil
	}
	answer, err := s.reader.Answer()
	if err != nil {
		return s.stopped(err.Error())
	}
	if !answer.Complete {
		return s.stopped("the answer ended before it was complete")
	}
	set, err := s.guard.decideAnswer(s.ctx, answer.Calls)
	if err != nil {
		return nil, err
	}
	s.miss(answer, set)
	frames, err := s.reader.Release(set.decisions)
	if err != nil {
		set.withdraw(s.ctx, s.guard)
		return s.stopped(err.Error())
	}
	if s.ctx.Err() != nil {
		set.withdraw(s.ctx, s.guard)
		return nil, context.Cause(s.ctx)
	}
	set.deliver(s.ctx, s.guard)
	return frames, nil
}

func (s *stream) broken(why string) {
	frames, err := s.stopped(why)
	s.write(frames)
	s.end = err
	if err == nil {
		s.end = io.EOF
	}
}

// stopped: mid-call the run can go on with a refusal; mid-text the program must not take a part for the whole, so it gets an error.
func (s *stream) stopped(why string) ([]dialect.Frame, error) {
	if s.reader.Holding() || s.reader.Told() {
		if !strings.HasSuffix(why, ".") {
			why += "."
		}
		return s.reader.Abandon(fmt.Sprintf("Aegis stopped this answer (UPSTREAM_INVALID). %s No tool call of it was passed on or done.", why)), nil
	}
	return nil, errors.Join(io.ErrUnexpectedEOF, &AnswerError{why})
}
