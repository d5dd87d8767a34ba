package door

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// idleFor is how long a connection that nobody needs is kept.
const idleFor = 30 * time.Second

var errClosed = errors.New("the connection was closed")

// lines is one connection to the daemon's socket: a line for each request, answers in any order.
type lines struct {
	socket net.Conn

	mutex sync.Mutex
	next  int64
	// pending holds who waits; nil for one nobody waits for any longer, whose answer is still to come.
	pending map[int64]chan<- Answer
	ended   error
	done    chan struct{}
	idle    *time.Timer
	// writing keeps lines whole.
	writing sync.Mutex
}

// dialLines connects. It is nil without an error where nobody listens, or nobody this user may speak to.
func dialLines(ctx context.Context, place, key string) (*lines, error) {
	var dialer net.Dialer
	socket, err := dialer.DialContext(ctx, "unix", place)
	if err != nil {
		for _, nobody := range []error{syscall.ENOENT, syscall.ENOTDIR, syscall.ECONNREFUSED, syscall.EACCES} {
			if errors.Is(err, nobody) {
				return nil, nil
			}
		}
		return nil, err
	}
	made := &lines{socket: socket, next: 1, pending: map[int64]chan<- Answer{}, done: make(chan struct{})}
	made.idle = time.AfterFunc(idleFor, made.endIdle)
	hello := strictjson.Write(strictjson.NewObject("aegis", 1, "key", key))
	if err := made.write(ctx, hello); err != nil {
		made.end(err)
		return nil, err
	}
	go made.read()
	return made, nil
}

func (l *lines) ask(ctx context.Context, request Request) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	reply := make(chan Answer, 1)
	id, err := l.enter(reply)
	if err != nil {
		return Answer{}, err
	}
	line := `{"id":` + strconv.FormatInt(id, 10) + `,"method":` + strictjson.Write(request.Method) + `,"path":` + strictjson.Write(request.Path)
	if request.Body != nil {
		line += `,"body":` + string(request.Body)
	}
	if err := l.write(ctx, line+"}"); err != nil {
		// A line that was cut in the middle would be read together with the next one.
		l.end(err)
		return Answer{}, err
	}
	select {
	case answer := <-reply:
		return answer, nil
	case <-l.done:
		// The last thing that was said may be the answer.
		select {
		case answer := <-reply:
			return answer, nil
		default:
			return Answer{}, l.cause()
		}
	case <-ctx.Done():
		l.leave(id)
		return Answer{}, ctx.Err()
	}
}

func (l *lines) enter(reply chan<- Answer) (int64, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.ended != nil {
		return 0, l.ended
	}
	l.idle.Stop()
	id := l.next
	l.next++
	l.pending[id] = reply
	return id, nil
}

func (l *lines) leave(id int64) {
	l.mutex.Lock()
	if _, waits := l.pending[id]; waits {
		l.pending[id] = nil
	}
	l.mutex.Unlock()
	ctx, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	if err := l.write(ctx, `{"cancel":`+strconv.FormatInt(id, 10)+`}`); err != nil {
		l.end(err)
	}
}

func (l *lines) write(ctx context.Context, line string) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	deadline, _ := ctx.Deadline()
	if err := l.socket.SetWriteDeadline(deadline); err != nil {
		return err
	}
	_, err := l.socket.Write([]byte(line + "\n"))
	return err
}

func (l *lines) read() {
	from := bufio.NewReaderSize(l.socket, 64<<10)
	var line []byte
	for {
		part, err := from.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
		case errors.Is(err, bufio.ErrBufferFull):
			if len(line) > mostBytes {
				l.end(errTooLong)
				return
			}
			continue
		default:
			l.end(errClosed)
			return
		}
		if !l.answered(line) {
			l.end(errors.New("the answer is not one to this request"))
			return
		}
		line = line[:0]
	}
}

// answered hands a line to the request it answers. False for anything else: what such a peer says could be meant for anybody.
func (l *lines) answered(line []byte) bool {
	said, err := strictjson.ParseObject(line, answerLimits)
	if err != nil || said.Len() != 3 || !said.Has("body") {
		return false
	}
	written, _ := said.At("id").(strictjson.Number)
	id, err := strconv.ParseInt(string(written), 10, 64)
	if err != nil {
		return false
	}
	status, ok := statusOf(said.At("status"))
	if !ok {
		return false
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	reply, waits := l.pending[id]
	if !waits {
		return false
	}
	delete(l.pending, id)
	if reply != nil {
		reply <- Answer{Status: status, Body: said.At("body")}
	}
	if len(l.pending) == 0 {
		l.idle.Reset(idleFor)
	}
	return true
}

// statusOf is a status one can act on: from 300 to 399 an answer would be a redirect, and there is nowhere to go.
func statusOf(value strictjson.Value) (int, bool) {
	written, _ := value.(strictjson.Number)
	status, err := strconv.Atoi(string(written))
	return status, err == nil && ((status >= 200 && status < 300) || (status >= 400 && status < 600))
}

func (l *lines) endIdle() {
	l.mutex.Lock()
	busy := len(l.pending) > 0
	l.mutex.Unlock()
	if !busy {
		l.end(fmt.Errorf("%w: idle", errClosed))
	}
}

func (l *lines) end(cause error) {
	l.mutex.Lock()
	first := l.ended == nil
	if first {
		l.ended = cause
		l.idle.Stop()
		close(l.done)
	}
	l.mutex.Unlock()
	if first {
		l.socket.Close()
	}
}

func (l *lines) cause() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.ended
}

func (l *lines) close() { l.end(errClosed) }
