package verify

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// unexplained is said of a payload that is gone without an erasure on record.
const unexplained = "its payload is gone, and no erasure on record explains it"

const strange = "a line after the entries is not a payload they name"

// naming is an entry that says: these bytes lie beside me.
type naming struct {
	index          int
	agent, session string
	hasAgent       bool
	hasSession     bool
}

// payloads are what the entries of an export name, and what its last lines hold of that.
type payloads struct {
	count Payloads
	// kept in the order in which they were named first.
	order  []string
	kept   map[string][]naming
	told   map[string]bool
	intact map[string]bool
	erased map[string]bool
	// subjects: the last erasure of each; listed: erasures that name a digest.
	subjects map[string]int
	listed   map[string][]listing
}

type listing struct {
	index   int
	subject string
}

func newPayloads() *payloads {
	return &payloads{kept: map[string][]naming{}, told: map[string]bool{}, intact: map[string]bool{}, erased: map[string]bool{},
		subjects: map[string]int{}, listed: map[string][]listing{}}
}

// keptWith are digests of the bytes that were appended together with an entry.
func keptWith(of *entry) []string {
	var digests []string
	if of.hasPay {
		digests = append(digests, of.payload)
	}
	// The arguments that took the place of what was asked are recorded by their digest.
	decision, _ := of.body.At("decision").(*strictjson.Object)
	if of.kind == "action-decided" && decision.At("effect") == "modify" {
		modify, _ := decision.At("modify").(*strictjson.Object)
		args, _ := modify.At("args").(*strictjson.Object)
		if replaced := args.At("$payload"); isDigest(replaced) && replaced != of.payload {
			digests = append(digests, replaced.(string))
		}
	}
	return digests
}

// toldOf are digests an entry tells of besides.
func toldOf(of *entry) string {
	switch of.kind {
	case "action-decided":
		action, _ := of.body.At("action").(*strictjson.Object)
		return textAt(action, "argsDigest")
	case "action-settled":
		return textAt(of.body, "resultDigest")
	case "content-labelled":
		return textAt(of.body, "contentDigest")
	case "event-ingested":
		return textAt(of.body, "payloadDigest")
	}
	return ""
}

func (p *payloads) entry(of *entry) {
	if of.kind == "payload-erased" {
		p.erasure(of)
	}
	if of.kind == "event-ingested" && !of.hasPay {
		p.count.NeverStored++
	}
	if digest := toldOf(of); digest != "" {
		p.told[digest] = true
	}
	for _, digest := range keptWith(of) {
		if p.kept[digest] == nil {
			p.order = append(p.order, digest)
		}
		p.kept[digest] = append(p.kept[digest], naming{of.index, of.agent, of.session, of.hasAgent, of.hasSession})
	}
}

func (p *payloads) erasure(of *entry) {
	subject := textAt(of.body, "subject")
	p.subjects[subject] = of.index
	digests, _ := of.body.At("digests").([]strictjson.Value)
	for _, one := range digests {
		if digest, is := one.(string); is {
			p.listed[digest] = append(p.listed[digest], listing{of.index, subject})
		}
	}
}

// line says what is wrong with a line after the entries.
func (p *payloads) line(line *strictjson.Object) string {
	digest := textAt(line, "payload")
	if (p.kept[digest] == nil && !p.told[digest]) || digest == "" || p.intact[digest] || p.erased[digest] {
		return strange
	}
	if !line.Has("base64") {
		if line.At("erased") != true || line.Len() != 2 {
			return strange
		}
		p.erased[digest] = true
		return ""
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(textAt(line, "base64"))
	sum := sha256.Sum256(raw)
	if err != nil || line.Len() != 2 || hex.EncodeToString(sum[:]) != digest || base64.StdEncoding.EncodeToString(raw) != textAt(line, "base64") {
		return "a payload does not hash to its digest"
	}
	p.intact[digest] = true
	return ""
}

// explained tells whether an erasure behind the entry that names it says that this payload was destroyed.
func (p *payloads) explained(digest string, of naming) bool {
	var own []string
	if of.hasSession {
		own = append(own, "session/"+of.session)
		if of.hasAgent {
			own = append(own, "session/"+of.agent+"~"+of.session)
		}
	}
	// One key seals all of a session, so its erasure takes everything that was kept of it until then.
	for _, subject := range own {
		if at, erased := p.subjects[subject]; erased && at > of.index {
			return true
		}
	}
	for _, one := range p.listed[digest] {
		// An erasure of another session does not account for what this one kept.
		if one.index > of.index && (!strings.HasPrefix(one.subject, "session/") || !of.hasSession || has(own, one.subject)) {
			return true
		}
	}
	return false
}

func has(list []string, text string) bool {
	for _, one := range list {
		if one == text {
			return true
		}
	}
	return false
}

// finish says what is missing, once every line was read; index -1 for nothing.
func (p *payloads) finish(without bool) (index int, detail string) {
	p.count.Intact = len(p.intact)
	none := len(p.intact) == 0 && len(p.erased) == 0
	index = -1
	for _, digest := range p.order {
		if p.intact[digest] {
			continue
		}
		explained := true
		for _, one := range p.kept[digest] {
			if !p.explained(digest, one) {
				explained = false
				if index < 0 || one.index < index {
					index = one.index
				}
			}
		}
		if explained && !(none && without) {
			p.count.Erased++
		} else {
			p.count.Missing++
		}
	}
	if none && without {
		return -1, ""
	}
	if none {
		return index, unexplained + ": the export holds no payload at all"
	}
	return index, unexplained
}
