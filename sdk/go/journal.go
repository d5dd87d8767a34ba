package aegis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"aegis.dev/sdk/go/internal/door"
	"aegis.dev/sdk/go/internal/strictjson"
)

// What one report of the journal holds at most, so that Aegis takes it.
const (
	mostEntries    = 1_000
	mostEntryBytes = 512 << 10
)

// journal keeps decisions made while Aegis was away on disk until Aegis has recorded them: a JSON object in each line.
type journal struct {
	path    string
	notices *notices
	// One writer at a time: an append never lands in a file that is being sent.
	mutex sync.Mutex
}

func (j *journal) append(entry *strictjson.Object) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return appendLines(j.path, [][]byte{[]byte(strictjson.Write(entry))})
}

func appendLines(path string, lines [][]byte) error {
	if len(lines) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(bytes.Join(lines, []byte("\n")), '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// replay sends what is kept, in order; it is dropped only after Aegis acknowledged it.
func (j *journal) replay(ctx context.Context, to *door.Transport) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	sending := j.path + ".sending"
	lines, err := j.collected(sending)
	for err == nil && len(lines) > 0 {
		batch := firstBatch(lines)
		if err := j.sendBatch(ctx, to, batch); err != nil {
			return err
		}
		lines = lines[len(batch):]
		err = replaceLines(sending, lines)
	}
	if err != nil {
		return &door.SetupError{Message: fmt.Sprintf("The journal of this agent cannot be read and sent, so nothing is decided: %v.", err)}
	}
	return nil
}

// collected are the lines to send, all in one file.
func (j *journal) collected(sending string) ([][]byte, error) {
	if err := j.collect(sending); err != nil {
		return nil, err
	}
	return linesOf(sending)
}

// collect puts what was journalled since behind what is being sent already. A file is renamed before it is read: another process of the agent goes on
// in a new one.
func (j *journal) collect(sending string) error {
	taken := j.path + ".taken"
	for _, path := range []string{taken, j.path} {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			// Only a regular file is ours to move and remove.
			continue
		}
		if path != taken {
			if err := os.Rename(path, taken); err != nil {
				return err
			}
		}
		lines, err := linesOf(taken)
		if err != nil {
			return err
		}
		if err := errors.Join(appendLines(sending, lines), os.Remove(taken)); err != nil {
			return err
		}
	}
	return nil
}

func linesOf(path string) ([][]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	var lines [][]byte
	for _, line := range bytes.Split(text, []byte("\n")) {
		if len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines, err
}

func replaceLines(path string, lines [][]byte) error {
	if len(lines) == 0 {
		return os.Remove(path)
	}
	next := path + ".next"
	if err := os.WriteFile(next, append(bytes.Join(lines, []byte("\n")), '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

func firstBatch(lines [][]byte) [][]byte {
	size := 0
	for at, line := range lines {
		if size += len(line); at > 0 && (at == mostEntries || size > mostEntryBytes) {
			return lines[:at]
		}
	}
	return lines
}

func (j *journal) sendBatch(ctx context.Context, to *door.Transport, lines [][]byte) error {
	var entries []strictjson.Value
	var whole, half [][]byte
	for _, line := range lines {
		entry, err := strictjson.ParseObject(line, argumentLimits)
		if err != nil {
			half = append(half, line)
			continue
		}
		whole = append(whole, line)
		entries = append(entries, entry)
	}
	if len(half) > 0 {
		if err := j.putAside(half, "a line of it is not whole, as a program that was killed leaves it"); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	_, err := to.Send(ctx, question("POST", "/v1/journal", strictjson.NewObject("entries", entries)), 0)
	var refused *door.Refused
	if errors.As(err, &refused) && (refused.Status == 400 || refused.Status == 413 || refused.Status == 422) {
		// What Aegis cannot read today it cannot read tomorrow, and it would keep everything else from being decided.
		return j.putAside(whole, refused.Error())
	}
	return err
}

func (j *journal) putAside(lines [][]byte, why string) error {
	aside := j.path + ".refused"
	if err := appendLines(aside, lines); err != nil {
		return err
	}
	j.notices.say("%d entries of the journal were put aside in %s: %s", len(lines), aside, why)
	return nil
}
