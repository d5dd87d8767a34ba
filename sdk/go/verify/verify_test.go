package verify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"aegis.dev/sdk/go/internal/strictjson"
)

const chain = "../../../conformance/chain/"

// chainKey signed the exports of conformance/chain.
func chainKey(t *testing.T) *Key {
	t.Helper()
	public := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)).Public().(ed25519.PublicKey)
	raw := append([]byte{1}, public...)
	sum := sha256.Sum256(append([]byte("test.example/log\n"), raw...))
	key, err := ParseKey("test.example/log+" + hex.EncodeToString(sum[:4]) + "+" + base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func export(t *testing.T, text []byte, terms Terms) Verification {
	t.Helper()
	found, err := Export(bytes.NewReader(text), terms)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestExports(t *testing.T) {
	key := chainKey(t)
	good := read(t, chain+"good.jsonl")
	t.Run("[SDK-48] the good export of conformance/chain verifies, and its checkpoint vouches for all of it", func(t *testing.T) {
		if found := export(t, good, Terms{Key: key}); !found.OK || found.Anchored != found.Size || found.Size == 0 {
			t.Errorf("%+v", found)
		}
		if found := export(t, good, Terms{}); !found.OK || found.Anchored != 0 {
			t.Errorf("%+v", found)
		}
	})
	files, err := filepath.Glob(chain + "malicious/*")
	if err != nil || len(files) < 8 {
		t.Fatal("no malicious exports", err)
	}
	for _, path := range files {
		t.Run("[SDK-48] the malicious export "+filepath.Base(path)+" does not", func(t *testing.T) {
			if found := export(t, read(t, path), Terms{Key: key}); found.OK {
				t.Errorf("%+v", found)
			}
		})
	}
	t.Run("[SDK-48] one changed bit anywhere in the entries is found, and no cut passes", func(t *testing.T) {
		random := rand.New(rand.NewSource(1))
		start := bytes.IndexByte(good, '\n') + 1
		end := len(good)
		if payloads := bytes.Index(good, []byte("{\"payload\":\"")); payloads >= 0 {
			end = payloads
		}
		for range 1000 {
			changed := append([]byte(nil), good...)
			changed[start+random.Intn(end-start-1)] ^= 1 << random.Intn(8)
			if export(t, changed, Terms{Key: key}).OK {
				t.Fatal("a changed entry verifies")
			}
		}
		for cut := 2; cut < len(good); cut += 97 {
			if len(good)-cut < end-1 && export(t, good[:len(good)-cut], Terms{Key: key}).OK {
				t.Fatalf("an export cut by %d bytes verifies", cut)
			}
		}
	})
	t.Run("[SDK-48] a key that did not sign vouches for nothing", func(t *testing.T) {
		public, _, _ := ed25519.GenerateKey(rand.New(rand.NewSource(2)))
		raw := append([]byte{1}, public...)
		sum := sha256.Sum256(append([]byte("test.example/log\n"), raw...))
		other, err := ParseKey("test.example/log+" + hex.EncodeToString(sum[:4]) + "+" + base64.StdEncoding.EncodeToString(raw))
		if err != nil {
			t.Fatal(err)
		}
		if found := export(t, good, Terms{Key: other}); found.OK {
			t.Errorf("%+v", found)
		}
	})
}

func TestCanonical(t *testing.T) {
	var cases []struct{ Input, Output string }
	if err := json.Unmarshal(read(t, chain+"jcs.json"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		t.Run("[SDK-48] the canonical form of "+one.Input, func(t *testing.T) {
			value, err := strictjson.Parse([]byte(one.Input), strictjson.Limits{Lossy: true})
			if err != nil {
				t.Fatal(err)
			}
			if form, err := strictjson.Canonical(value); err != nil || form != one.Output {
				t.Errorf("%s, %v, expected %s", form, err, one.Output)
			}
		})
	}
}

// proveInclusion and proveConsistency build proofs by the definition of RFC 6962, as the oracle of the ways the verifier climbs.
func proveInclusion(index int, leaves []Hash) []Hash {
	if len(leaves) == 1 {
		return nil
	}
	middle := split(len(leaves))
	if index < middle {
		return append(proveInclusion(index, leaves[:middle]), Root(leaves[middle:]))
	}
	return append(proveInclusion(index-middle, leaves[middle:]), Root(leaves[:middle]))
}

func proveConsistency(older int, leaves []Hash, whole bool) []Hash {
	if older == len(leaves) {
		if whole {
			return nil
		}
		return []Hash{Root(leaves)}
	}
	middle := split(len(leaves))
	if older <= middle {
		return append(proveConsistency(older, leaves[:middle], whole), Root(leaves[middle:]))
	}
	return append(proveConsistency(older-middle, leaves[middle:], false), Root(leaves[:middle]))
}

func split(count int) int {
	middle := 1
	for middle*2 < count {
		middle *= 2
	}
	return middle
}

func TestProofs(t *testing.T) {
	var leaves []Hash
	for at := range 40 {
		leaves = append(leaves, LeafHash([]byte{byte(at)}))
	}
	t.Run("[SDK-48] inclusion and consistency proofs of every small tree hold, and no other proof does", func(t *testing.T) {
		for size := 1; size <= len(leaves); size++ {
			root := Root(leaves[:size])
			for index := range size {
				proof := proveInclusion(index, leaves[:size])
				if got, ok := RootFromInclusion(leaves[index], uint64(index), uint64(size), proof); !ok || got != root {
					t.Fatalf("entry %d of %d", index, size)
				}
				if got, ok := RootFromInclusion(leaves[(index+1)%len(leaves)], uint64(index), uint64(size), proof); ok && got == root {
					t.Fatalf("another entry passes for %d of %d", index, size)
				}
				if _, ok := RootFromInclusion(leaves[index], uint64(index), uint64(size), append(proof, root)); ok {
					t.Fatalf("a longer proof passes for %d of %d", index, size)
				}
			}
			for older := 1; older <= size; older++ {
				proof := proveConsistency(older, leaves[:size], true)
				if !IsConsistent(Head{uint64(older), Root(leaves[:older])}, Head{uint64(size), root}, proof) {
					t.Fatalf("%d in %d", older, size)
				}
				if IsConsistent(Head{uint64(older), LeafHash(nil)}, Head{uint64(size), root}, proof) {
					t.Fatalf("another tree passes for %d in %d", older, size)
				}
			}
		}
	})
	t.Run("[SDK-48] a receipt is held to its own root, and to a checkpoint's", func(t *testing.T) {
		entry := "{\"a\":1}"
		text, _ := json.Marshal(map[string]any{"kind": "inclusion", "index": 0, "entry": entry, "size": 1, "root": hexOf(LeafHash([]byte(entry))), "proof": []string{}})
		receipt := ParseReceipt(text)
		if receipt == nil || !receipt.Holds() {
			t.Fatal(receipt)
		}
		receipt.Entry = strings.Replace(entry, "1", "2", 1)
		if receipt.Holds() || receipt.Tree().IsOf(nil) || ParseReceipt([]byte(`{"kind":"other"}`)) != nil {
			t.Error("a changed receipt holds")
		}
	})
}
