package main // Is the line in the log, and does the log continue the one I know?

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func check(holds bool, otherwise any) {
	if !holds {
		log.Fatal(otherwise)
	}
}
func must[T any](value T, err error) T {
	check(err == nil, err)
	return value
}
func each[A, B any](given []A, read func(A) (B, error)) (all []B) {
	for _, one := range given {
		all = append(all, must(read(one)))
	}
	return all
}

// A checkpoint is a signed note: the log's name, how many lines it has, and the root hash over all of them.
func open(raw string, keys []note.Verifier) tlog.Tree {
	signed := must(note.Open([]byte(raw), note.VerifierList(keys...)))
	lines := strings.Split(signed.Text, "\n")
	check(len(lines) > 3 && lines[0] == keys[0].Name() && lines[0] == signed.Sigs[0].Name, "a checkpoint of another log")
	return tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}
}

type tilesAt string

func (tilesAt) Height() int                                   { return 8 }
func (tilesAt) SaveTiles([]tlog.Tile, [][]byte)               {}
func (url tilesAt) ReadTiles(t []tlog.Tile) ([][]byte, error) { return each(t, url.read), nil }
func (url tilesAt) read(tile tlog.Tile) ([]byte, error) {
	answer := must(http.Get(string(url) + strings.Replace(tile.Path(), "tile/8/", "/tile/", 1)))
	check(answer.StatusCode == 200, "the log does not show the hashes it signed: "+answer.Status)
	return io.ReadAll(io.LimitReader(answer.Body, 256*32))
}

func main() {
	check(len(os.Args) == 3 || len(os.Args) == 5, "usage: verify 'VKEY …' PROOF [KEPT-CHECKPOINT https://…/log]")
	log.SetPrefix("NOT VERIFIED: ")
	keys := each(strings.Fields(os.Args[1]), note.NewVerifier)
	head, checkpoint, _ := strings.Cut(string(must(os.ReadFile(os.Args[2]))), "\n\n")
	lines := strings.Split(head, "\n") // version, "extra …", "index …", then the hashes
	check(len(lines) > 2 && lines[0] == "c2sp.org/tlog-proof@v1", "not a proof file")
	var extra, entry struct{ Entry, Opening, Detail string }
	must(0, json.Unmarshal(must(base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))), &extra))
	must(0, json.Unmarshal([]byte(extra.Entry), &entry))
	tree, index := open(checkpoint, keys), must(strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64))
	must(0, tlog.CheckRecord(each(lines[3:], tlog.ParseHash), tree.N, tree.Hash, index, tlog.RecordHash([]byte(extra.Entry))))
	fmt.Printf("Line %d of %d: %s\n", index, tree.N, extra.Entry)
	if opening := must(base64.StdEncoding.DecodeString(extra.Opening)); len(opening) > 32 {
		sum := sha256.Sum256(opening)
		check(base64.RawURLEncoding.EncodeToString(sum[:]) == entry.Detail, "the sealed part is of another line")
		fmt.Printf("Sealed in it: %s\n", opening[32:])
	}
	if len(os.Args) == 5 {
		older, newer := open(string(must(os.ReadFile(os.Args[3]))), keys), tree
		if older.N > newer.N {
			older, newer = newer, older
		}
		check(must(tlog.TreeHash(older.N, tlog.TileHashReader(newer, tilesAt(os.Args[4])))) == older.Hash, "the log has two histories; keep both files")
		fmt.Printf("The log of %d lines begins with the log of %d lines.\n", newer.N, older.N)
	}
}
