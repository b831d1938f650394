// whole_log VKEY URL PROOFS: is all that a log serves as its checkpoint says, and are its proofs those that there are?
//
// Every decision is golang.org/x/mod's: note opens the checkpoint, TileHashReader holds each tile against the signed
// root, CheckRecord and CheckTree check proofs. With TOKEN in the environment entries are read too. It prints what was
// looked at, or ends with 1 and NOT VERIFIED.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile: 256 hashes

func check(holds bool, otherwise ...any) {
	if !holds {
		log.Fatal("NOT VERIFIED: ", fmt.Sprint(otherwise...))
	}
}

func must[T any](value T, err error) T {
	check(err == nil, err)
	return value
}

func least(one, other int) int {
	if one < other {
		return one
	}
	return other
}

func get(address string) []byte {
	request := must(http.NewRequest("GET", address, nil))
	if token := os.Getenv("TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer := must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	check(answer.StatusCode == 200, address, ": ", answer.Status)
	return must(io.ReadAll(answer.Body))
}

// A log as files over HTTP. It keeps the tiles that tlog has found to be those signed, and counts them by level.
type served struct {
	url   string
	kept  map[tlog.Tile][]byte
	tiles map[int]int
	part  int
}

func (*served) Height() int { return height }

func (log *served) ReadTiles(wanted []tlog.Tile) (data [][]byte, _ error) {
	for _, tile := range wanted {
		if log.kept[tile] == nil {
			data = append(data, get(log.url+strings.Replace(tile.Path(), "tile/8/", "/tile/", 1)))
		} else {
			data = append(data, log.kept[tile])
		}
	}
	return data, nil
}

func (log *served) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for at, tile := range tiles {
		if log.kept[tile] == nil {
			log.kept[tile] = data[at]
			log.tiles[tile.L]++
			if tile.W < 1<<height {
				log.part++
			}
		}
	}
}

// All leaf hashes: each tile of every level was then held against the root.
func leaves(tree tlog.Tree, reader tlog.HashReader) (all []tlog.Hash) {
	var indexes []int64
	for leaf := int64(0); leaf < tree.N; leaf++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, leaf))
	}
	for len(indexes) > 0 {
		some := indexes[:least(len(indexes), 16<<height)]
		all, indexes = append(all, must(reader.ReadHashes(some))...), indexes[len(some):]
	}
	return all
}

// The root once more, from the leaves alone: as if there were no tiles.
func root(leaves []tlog.Hash) tlog.Hash {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, _ error) {
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for at, leaf := range leaves {
		stored = append(stored, must(tlog.StoredHashesForRecordHash(int64(at), leaf, read))...)
	}
	return must(tlog.TreeHash(int64(len(leaves)), read))
}

// Each entry, out of its bundle: two bytes of length, then so many.
func entries(url string, leaves []tlog.Hash) (count int) {
	for at := 0; at < len(leaves); at += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: int64(at >> height), W: least(1<<height, len(leaves)-at)}
		bundle := get(url + strings.Replace(tile.Path(), "tile/8/data/", "/tile/entries/", 1))
		for ; len(bundle) > 0; count++ {
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			check(count < len(leaves) && tlog.RecordHash(bundle[2:end]) == leaves[count], "entry ", count)
			bundle = bundle[end:]
		}
	}
	check(count == len(leaves), count, " entries for ", len(leaves), " leaves")
	return count
}

// Proofs as the log hands them out: Old is nil in a proof that Leaf is in the tree of Size.
type proof struct {
	Leaf, Size int64
	Old        *int64
	Hashes     []string
}

func hashes(text []string) (found []tlog.Hash) { // of a proof
	for _, each := range text {
		found = append(found, must(tlog.ParseHash(each)))
	}
	return found
}

func main() {
	log.SetFlags(0)
	key := must(note.NewVerifier(os.Args[1]))
	lines := strings.Split(must(note.Open(get(os.Args[2]+"/checkpoint"), note.VerifierList(key))).Text, "\n")
	check(len(lines) > 3 && lines[0] == key.Name(), "a checkpoint of another log")
	tree := tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}

	source := &served{os.Args[2], map[tlog.Tile][]byte{}, map[int]int{}, 0}
	reader := tlog.TileHashReader(tree, source)
	all := leaves(tree, reader)
	check(root(all) == tree.Hash, "the leaves have another root")

	var proofs []proof
	must(0, json.Unmarshal(must(os.ReadFile(os.Args[3])), &proofs))
	for _, each := range proofs {
		given, size := hashes(each.Hashes), must(tlog.TreeHash(each.Size, reader))
		if each.Old == nil {
			must(0, tlog.CheckRecord(given, each.Size, size, each.Leaf, all[each.Leaf]))
			made := must(tlog.ProveRecord(each.Size, each.Leaf, reader))
			check(fmt.Sprint(made) == fmt.Sprint(given), "another proof of leaf ", each.Leaf)
		} else {
			old := must(tlog.TreeHash(*each.Old, reader))
			must(0, tlog.CheckTree(given, each.Size, size, *each.Old, old))
			made := must(tlog.ProveTree(each.Size, *each.Old, reader))
			check(fmt.Sprint(made) == fmt.Sprint(given), "another proof from ", *each.Old)
		}
	}
	read := 0
	if os.Getenv("TOKEN") != "" {
		read = entries(os.Args[2], all)
	}
	told := map[string]any{
		"leaves": len(all), "tiles": source.tiles, "partial": source.part, "proofs": len(proofs), "entries": read,
		"root": base64.StdEncoding.EncodeToString(tree.Hash[:]),
	}
	fmt.Println(string(must(json.Marshal(told))))
}
