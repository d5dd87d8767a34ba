// Package verify checks an export of Aegis's log with nothing but the export and what is held from elsewhere: the log's key, and checkpoints that were
// saved. It was written from docs/formats/log.md and needs neither Aegis nor its store.
package verify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Verification is what was found.
type Verification struct {
	OK     bool   `json:"ok"`
	Tenant string `json:"tenant"`
	// Size is the number of entries that verified, and Root of exactly these.
	Size int    `json:"size"`
	Root string `json:"root"`
	// FirstBad is the first entry that does not hold; nil when what is wrong is no entry's.
	FirstBad *int   `json:"firstBad,omitempty"`
	Detail   string `json:"detail"`
	// Anchored entries are vouched for by a believed checkpoint; the rest stand on the chain alone.
	Anchored int      `json:"anchored"`
	Payloads Payloads `json:"payloads"`
}

// Payloads counts what lies beside the log.
type Payloads struct {
	// Intact are present and hash to their digests.
	Intact int `json:"intact"`
	// Erased are gone, and an erasure on record says so.
	Erased int `json:"erased"`
	// Missing are gone without one.
	Missing int `json:"missing"`
	// NeverStored are of events recorded by a build that kept their digests only.
	NeverStored int `json:"neverStored"`
}

// Terms say what an export is held against.
type Terms struct {
	// Key is the log's first or a later key, from which rotations are followed. Where it is given, a checkpoint it believes must vouch for every entry.
	Key *Key
	// Saved are signed checkpoints of this log that were kept elsewhere.
	Saved []string
	// WithoutPayloads: the reader knows that the export was made without payloads.
	WithoutPayloads bool
}

// mostLine bounds a line of an export: a payload in base64.
const mostLine = 256 << 20

type exportHeader struct {
	tenant, root, note string
	hasNote            bool
	size               int
}

// Export verifies an export. It is total: whatever is read, the answer is a Verification; only a failing reader is an error.
func Export(from io.Reader, terms Terms) (Verification, error) {
	lines := bufio.NewReaderSize(from, 1<<16)
	first, err := lineOf(lines)
	if err != nil && !errors.Is(err, io.EOF) {
		return Verification{}, err
	}
	header, ok := headerOf(first)
	if !ok {
		return newJudge("", nil).stop(0, "it does not begin with the header of an export", Payloads{}), nil
	}
	notes, fault := notesOf(header, terms.Saved)
	if fault != "" {
		return newJudge(header.tenant, nil).stop(0, fault, Payloads{}), nil
	}
	reading := &exportReading{header: header, judge: newJudge(header.tenant, notes), beside: newPayloads(), terms: terms, notes: notes}
	for {
		line, err := lineOf(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return Verification{}, err
		}
		if len(line) == 0 && errors.Is(err, io.EOF) {
			return reading.finish(), nil
		}
		if found := reading.line(line); found != nil {
			return *found, nil
		}
		if errors.Is(err, io.EOF) {
			return reading.finish(), nil
		}
	}
}

func lineOf(from *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := from.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > mostLine {
			return nil, fmt.Errorf("a line is longer than %d bytes", mostLine)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == nil {
			line = line[:len(line)-1]
		}
		return line, err
	}
}

func objectOf(line []byte) (*strictjson.Object, bool) {
	limits := entryLimits
	limits.Bytes = mostLine
	object, err := strictjson.ParseObject(line, limits)
	return object, err == nil
}

func headerOf(line []byte) (exportHeader, bool) {
	value, ok := objectOf(line)
	if !ok || value.At("export") != "aegis-log" || value.At("v") != strictjson.Number("1") || !isText(value.At("tenant")) || !isText(value.At("root")) {
		return exportHeader{}, false
	}
	size, isWhole := wholeAt(value, "size")
	note, hasNote := value.At("checkpoint").(string)
	if !isWhole || size < 0 || value.Len() != 6 || !value.Has("checkpoint") || (!hasNote && value.At("checkpoint") != nil) {
		return exportHeader{}, false
	}
	return exportHeader{textAt(value, "tenant"), textAt(value, "root"), note, hasNote, size}, true
}

// notesOf are the export's own checkpoint and the saved ones it is long enough for; what is wrong with its own, as a sentence.
func notesOf(header exportHeader, saved []string) ([]*Checkpoint, string) {
	var notes []*Checkpoint
	mine := "/" + header.tenant
	if header.hasNote {
		own := ParseCheckpoint(header.note)
		if own == nil {
			return nil, "its checkpoint cannot be believed: it is not a signed checkpoint"
		}
		if !strings.HasSuffix(own.Origin, mine) {
			return nil, "its checkpoint is of another log"
		}
		notes = append(notes, own)
	}
	for _, note := range saved {
		if one := ParseCheckpoint(note); one != nil && one.Size <= header.size && strings.HasSuffix(one.Origin, mine) {
			notes = append(notes, one)
		}
	}
	return notes, ""
}

// exportReading is an export under way.
type exportReading struct {
	header    exportHeader
	terms     Terms
	judge     *judge
	beside    *payloads
	notes     []*Checkpoint
	rotations []rotation
}

// line reads one more; a Verification ends the reading.
func (r *exportReading) line(line []byte) *Verification {
	var fault string
	at := r.header.size
	if r.judge.tree.size < r.header.size {
		at = r.judge.tree.size
		fault = r.entry(line, at)
		if fault == "" && r.judge.fault != nil {
			found := r.judge.result(r.beside.count)
			return &found
		}
	} else if object, ok := objectOf(line); !ok {
		fault = "a line after the entries is not JSON"
	} else {
		fault = r.beside.line(object)
	}
	if fault == "" {
		return nil
	}
	found := r.judge.stop(at, fault, r.beside.count)
	return &found
}

func (r *exportReading) entry(line []byte, index int) string {
	opened, fault := openEntry(line, index)
	if fault != "" {
		return fault
	}
	if fault := r.judge.push(opened, line); fault != "" {
		return fault
	}
	r.beside.entry(opened)
	if opened.kind == "key-rotated" {
		r.rotations = append(r.rotations, rotationIn(index, opened.body))
	}
	return ""
}

func (r *exportReading) finish() Verification {
	count := func() Payloads { return r.beside.count }
	if r.terms.Key != nil {
		for _, note := range r.notes {
			if fault := r.disbelieved(note); fault != "" {
				return newJudge(r.header.tenant, nil).stop(0, fault, count())
			}
		}
	}
	size := r.judge.tree.size
	if size == r.header.size && hexOf(r.judge.tree.root()) != r.header.root {
		return r.judge.stop(0, "its entries do not make the root it announces", count())
	}
	found := r.judge.finish(r.header.size, count())
	if !found.OK {
		return found
	}
	if index, detail := r.beside.finish(r.terms.WithoutPayloads); index >= 0 {
		return r.judge.stop(index, detail, count())
	}
	if r.terms.Key == nil {
		// Nobody's signature was believed.
		r.judge.anchored = 0
		return r.judge.result(count())
	}
	if r.judge.anchored < r.header.size {
		return r.judge.stop(r.judge.anchored, unsigned(r.header.size, r.judge.anchored), count())
	}
	return r.judge.result(count())
}

func unsigned(size, anchored int) string {
	if anchored == 0 {
		return "no checkpoint that the key signed vouches for any entry: anybody could have written it"
	}
	return fmt.Sprintf("the checkpoints vouch for the first %d of %d entries; anybody could have written the rest", anchored, size)
}

// disbelieved says why a checkpoint cannot be believed; "" when it can.
func (r *exportReading) disbelieved(note *Checkpoint) string {
	log := note.Origin[:max(0, strings.LastIndexByte(note.Origin, '/'))]
	keys, ok := keysFor(log, r.terms.Key, r.rotations, note.Size)
	if !ok {
		return "its checkpoint cannot be believed: a rotation of its key is not signed by both keys"
	}
	if fault := note.opened(keys); fault != "" {
		return "its checkpoint cannot be believed: " + fault
	}
	return ""
}
