// Command rounds is a program with the Go SDK that bench/sdks.ts measures: for each line it reads, that many decisions; it prints the
// microseconds each took.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	aegis "aegis.dev/sdk/go"
)

func main() {
	guard, err := aegis.Connect()
	if err != nil {
		log.Fatal(err)
	}
	defer guard.Close()
	done := 0
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		left, err := strconv.Atoi(lines.Text())
		if err != nil {
			log.Fatal(err)
		}
		micros := make([]float64, left)
		for at := range micros {
			done++
			args := map[string]any{"customer": fmt.Sprint("c-", done), "fields": []any{"balance", "currency"}}
			begun := time.Now()
			if _, err := guard.Decide(context.Background(), aegis.Proposal{Name: "lookup_balance", Args: args}); err != nil {
				log.Fatal(err)
			}
			micros[at] = float64(time.Since(begun).Nanoseconds()) / 1000
		}
		text, err := json.Marshal(micros)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(text))
	}
}
