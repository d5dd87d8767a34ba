# Compiled with OPA 1.4.2:
#   opa build -t wasm -e treasury/decision -e treasury/deny -o treasury.tar.gz treasury.rego data.json
package treasury

import rego.v1

# Everything a transfer may not be, in words.
deny contains message if {
	input.name == "transfer"
	input.args.amount > data.limits.transfer
	message := sprintf("a transfer of %d is over the limit of %d", [input.args.amount, data.limits.transfer])
}

deny contains message if {
	some recipient in input.recipients
	not endswith(recipient, "@bank.example")
	message := sprintf("%s is not one of ours", [recipient])
}

deny contains message if {
	some command in input.commands
	command.bin in data.programs.never
	message := sprintf("%s is never run here", [command.bin])
}

default decision := {"effect": "allow"}

decision := {"effect": "deny", "code": "TREASURY", "message": concat("; ", sort(deny))} if count(deny) > 0

else := {"effect": "ask", "code": "AFTER_HOURS", "message": "transfers at night are asked about"} if {
	input.name == "transfer"
	input.hour < 6
}
