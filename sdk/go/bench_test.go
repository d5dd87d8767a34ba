package aegis_test

import (
	"slices"
	"testing"
	"time"

	aegis "aegis.dev/sdk/go"
)

// BenchmarkWrap measures what a guarded call costs against a real Aegis on this machine: asked, run and reported.
func BenchmarkWrap(b *testing.B) {
	noEnvironment(b)
	daemon := startDaemon(b)
	key := daemon.agent("bench", nil)
	ways := map[string][]aegis.Option{
		"socket": {aegis.WithURL("http://127.0.0.1:9"), aegis.WithSocket(daemon.socket)}, "http": {aegis.WithURL(daemon.url), aegis.WithSocket("off")},
	}
	for name, way := range ways {
		b.Run(name, func(b *testing.B) {
			guard := connect(b, append(way, aegis.WithKey(key), aegis.WithAgent("bench"), aegis.WithSession(name))...)
			call := func(n int) time.Duration {
				began := time.Now()
				if _, err := guard.Wrap("look", map[string]any{"n": n}, func(aegis.Args) (any, error) { return n, nil }); err != nil {
					b.Fatal(err)
				}
				return time.Since(began)
			}
			for n := range 50 {
				call(-n)
			}
			b.ResetTimer()
			times := make([]time.Duration, b.N)
			for n := range times {
				times[n] = call(n)
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkOwnWork measures what the SDK itself does for a call, without anybody to ask: arguments read, question written, answer read.
func BenchmarkOwnWork(b *testing.B) {
	args := map[string]any{"to": "DE89 3704 0044", "amount": 12, "note": map[string]any{"lines": []any{"rent", "december"}}}
	guard := connect(b, aegis.WithURL("http://127.0.0.1:9"), aegis.WithSocket("off"))
	b.ReportAllocs()
	for range b.N {
		aegis.OwnWork(guard, args)
	}
}
