package aegis

import "aegis.dev/sdk/go/internal/strictjson"

// OwnWork is all the SDK does for a call besides asking.
func OwnWork(guard *Guard, args any) {
	read := argumentsOf(args)
	body := strictjson.Write(guard.body(Proposal{Name: "pay"}, "id", read))
	if _, err := read.decoded(nil); err != nil {
		panic(err)
	}
	if _, err := strictjson.Parse([]byte(body), argumentLimits); err != nil {
		panic(err)
	}
}
