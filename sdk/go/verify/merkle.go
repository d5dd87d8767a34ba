package verify

import (
	"crypto/sha256"
	"encoding/hex"
)

// Hash is a node of an RFC 6962 tree.
type Hash = [sha256.Size]byte

// LeafHash is SHA-256(00 ‖ entry).
func LeafHash(entry []byte) Hash { return sha256.Sum256(append([]byte{0}, entry...)) }

func nodeHash(left, right Hash) Hash {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// tree is the compact range of an RFC 6962 tree: roots of the complete subtrees that make up its leaves, largest first.
type tree struct {
	size  int
	nodes []Hash
}

func (t *tree) push(leaf Hash) {
	node := leaf
	for bits := t.size; bits&1 == 1; bits >>= 1 {
		node = nodeHash(t.nodes[len(t.nodes)-1], node)
		t.nodes = t.nodes[:len(t.nodes)-1]
	}
	t.nodes = append(t.nodes, node)
	t.size++
}

func (t *tree) root() Hash {
	if len(t.nodes) == 0 {
		return sha256.Sum256(nil)
	}
	root := t.nodes[len(t.nodes)-1]
	for at := len(t.nodes) - 2; at >= 0; at-- {
		root = nodeHash(t.nodes[at], root)
	}
	return root
}

// Root is the RFC 6962 root of these leaf hashes.
func Root(leaves []Hash) Hash {
	var grown tree
	for _, leaf := range leaves {
		grown.push(leaf)
	}
	return grown.root()
}

// RootFromInclusion is the root an inclusion proof leads to (RFC 9162, 2.1.3.2); false when its length does not fit.
func RootFromInclusion(leaf Hash, index, size uint64, proof []Hash) (Hash, bool) {
	if index >= size {
		return Hash{}, false
	}
	fn, sn, root := index, size-1, leaf
	for _, step := range proof {
		if sn == 0 {
			return Hash{}, false
		}
		if fn&1 == 1 || fn == sn {
			root = nodeHash(step, root)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			root = nodeHash(root, step)
		}
		fn, sn = fn>>1, sn>>1
	}
	return root, sn == 0
}

// Head is a tree at one size.
type Head struct {
	Size uint64
	Root Hash
}

// IsConsistent tells whether the proof shows the older tree to be the beginning of the newer (RFC 9162, 2.1.4.2).
func IsConsistent(older, newer Head, proof []Hash) bool {
	switch {
	case older.Size > newer.Size:
		return false
	case older.Size == newer.Size:
		return len(proof) == 0 && older.Root == newer.Root
	case older.Size == 0:
		return len(proof) == 0
	}
	fn, sn := older.Size-1, newer.Size-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	// A whole power of two is its own first step.
	steps := proof
	if fn == 0 {
		steps = append([]Hash{older.Root}, proof...)
	}
	if len(steps) == 0 {
		return false
	}
	left, right := steps[0], steps[0]
	for _, step := range steps[1:] {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			left, right = nodeHash(step, left), nodeHash(step, right)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			right = nodeHash(right, step)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && left == older.Root && right == newer.Root
}

// ParseHash reads 64 lower-case hexadecimal digits.
func ParseHash(text string) (Hash, bool) {
	var made Hash
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(made) || hex.EncodeToString(raw) != text {
		return made, false
	}
	copy(made[:], raw)
	return made, true
}

func parseHashes(texts []string) ([]Hash, bool) {
	made := make([]Hash, len(texts))
	for at, text := range texts {
		var ok bool
		if made[at], ok = ParseHash(text); !ok {
			return nil, false
		}
	}
	return made, true
}

func hexOf(hash Hash) string { return hex.EncodeToString(hash[:]) }
