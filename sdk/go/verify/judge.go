package verify

import (
	"fmt"
	"sort"
	"strings"
)

// judge follows a chain entry by entry and compares the tree with each checkpoint as its size is reached.
type judge struct {
	tenant  string
	tree    tree
	prev    string
	waiting []*Checkpoint
	fault   *fault
	// anchored entries a checkpoint agreed with; below is the largest tree one of a smaller size than the last agreed with.
	anchored, below int
}

type fault struct {
	index  int
	detail string
}

func newJudge(tenant string, notes []*Checkpoint) *judge {
	made := &judge{tenant: tenant, prev: strings.Repeat("0", 64), waiting: append([]*Checkpoint(nil), notes...)}
	sort.SliceStable(made.waiting, func(a, b int) bool { return made.waiting[a].Size < made.waiting[b].Size })
	made.meet()
	return made
}

// push says what is wrong with the next entry.
func (j *judge) push(opened *entry, bytes []byte) string {
	if opened.prev != j.prev {
		return "its prev is not the leaf before it"
	}
	if opened.tenant != j.tenant {
		return "it is of another tenant"
	}
	leaf := LeafHash(bytes)
	j.tree.push(leaf)
	j.prev = hexOf(leaf)
	j.meet()
	return ""
}

func (j *judge) meet() {
	for j.fault == nil && len(j.waiting) > 0 && j.waiting[0].Size == j.tree.size {
		next := j.waiting[0]
		j.waiting = j.waiting[1:]
		if next.Size > j.anchored {
			j.below = j.anchored
		}
		if next.Root == j.tree.root() {
			j.anchored = next.Size
		} else {
			j.fault = &fault{j.below, fmt.Sprintf("the first %d entries are not the ones a checkpoint was signed for; the first change lies at or after entry %d",
				next.Size, j.below)}
		}
	}
}

func (j *judge) stop(index int, detail string, count Payloads) Verification {
	if j.fault == nil {
		j.fault = &fault{index, detail}
	}
	return j.result(count)
}

func (j *judge) result(count Payloads) Verification {
	made := Verification{OK: j.fault == nil, Tenant: j.tenant, Size: j.tree.size, Root: hexOf(j.tree.root()), Anchored: j.anchored, Payloads: count}
	if j.fault != nil {
		made.FirstBad, made.Detail = &j.fault.index, j.fault.detail
		return made
	}
	made.Detail = fmt.Sprintf("%d entries verified, %d of them anchored by a checkpoint", made.Size, made.Anchored)
	return made
}

func (j *judge) finish(announced int, count Payloads) Verification {
	if j.tree.size != announced {
		return j.stop(j.tree.size, fmt.Sprintf("%d entries were announced, %d are here", announced, j.tree.size), count)
	}
	if len(j.waiting) > 0 {
		return j.stop(j.tree.size, fmt.Sprintf("a checkpoint was signed for %d entries, %d are here", j.waiting[0].Size, j.tree.size), count)
	}
	return j.result(count)
}
