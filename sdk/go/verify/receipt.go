package verify

import "encoding/json"

// Receipt is an entry with the proof that it is in a tree, as `aegis log proof` prints it, or the proof that one tree is the beginning of another.
type Receipt struct {
	// Kind is `inclusion` or `consistency`.
	Kind string `json:"kind"`
	// Entry is the entry's exact bytes as text, Index its place, Size and Root those of the tree.
	Index uint64   `json:"index"`
	Entry string   `json:"entry"`
	Size  uint64   `json:"size"`
	Root  string   `json:"root"`
	Older Tree     `json:"older"`
	Newer Tree     `json:"newer"`
	Proof []string `json:"proof"`
}

// Tree is a log at one size.
type Tree struct {
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// ParseReceipt reads a proof; nil when it is none.
func ParseReceipt(text []byte) *Receipt {
	var made Receipt
	if json.Unmarshal(text, &made) != nil || (made.Kind != "inclusion" && made.Kind != "consistency") {
		return nil
	}
	return &made
}

// Holds tells whether the proof proves what it says of its roots. Whoever asks must hold the root from a checkpoint of their own.
func (r *Receipt) Holds() bool {
	proof, ok := parseHashes(r.Proof)
	if !ok {
		return false
	}
	if r.Kind == "consistency" {
		roots, ok := parseHashes([]string{r.Older.Root, r.Newer.Root})
		return ok && IsConsistent(Head{r.Older.Size, roots[0]}, Head{r.Newer.Size, roots[1]}, proof)
	}
	root, ok := RootFromInclusion(LeafHash([]byte(r.Entry)), r.Index, r.Size, proof)
	return ok && hexOf(root) == r.Root
}

// Tree is what the proof leads to: the root that a checkpoint must say.
func (r *Receipt) Tree() Tree {
	if r.Kind == "consistency" {
		return r.Newer
	}
	return Tree{r.Size, r.Root}
}

// IsOf tells whether a checkpoint says this root of this size.
func (t Tree) IsOf(checkpoint *Checkpoint) bool {
	return checkpoint != nil && uint64(checkpoint.Size) == t.Size && hexOf(checkpoint.Root) == t.Root
}
