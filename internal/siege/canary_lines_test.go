package siege

// canaryLines are lines of each command: with what it is for, and with tokens where they do not belong. One that
// begins with ! has no -o. {account} and the like are put in, and _ is a space.
var canaryLines = map[string][]string{
	"": {
		"!--version", "!--help", "!{account}", "!--no-such-flag={account}", "!--addr {account}", "!--plain", "!--config {in}/config.json", "!--config {in}/keys.json",
		"!--config {in}/broken.json", "!--env {in}/broken.env", "!--env {in}/swapped.env", "!--env {account}", "!--log {out}/no/such/{account}", "!-o {account}",
		"!help {account}", "!__complete {account} --", "!__complete send --to ", "!__complete history --filter from:", "!__complete replay ", "!--log-level {account}",
	},
	"completion":      {"!completion", "!completion {account}"},
	"completion bash": {"!completion bash"}, "completion zsh": {"!completion zsh"}, "completion fish": {"!completion fish"}, "completion powershell": {"!completion powershell"},
	"demo": {"demo --headless --addr 127.0.0.1:0 --speed 50", "demo --headless --addr {account}", "demo --headless --env {in}/quoted.env --addr 127.0.0.1:0 --speed 50"},
	"doctor": {
		"doctor --timeout 2s --addr 127.0.0.1:0", "PLIVO_API_URL={leaky} doctor --timeout 2s --addr 127.0.0.1:0", "doctor --env {in}/quoted.env --timeout 2s --addr 127.0.0.1:0",
		"doctor --env {in}/swapped.env --timeout 2s", "doctor --tunnel ngrok --db {out}/doctor.db --timeout 2s --addr 127.0.0.1:0", "doctor --public-url https://u:{account}@127.0.0.1:9 --timeout 2s",
		"PLIVO_API_URL=http://u:{account}@127.0.0.1:9 doctor --timeout 2s --addr 127.0.0.1:0", "PLIVO_SENDER_ID={account} doctor --timeout 2s",
	},
	"export": {
		"!export", "!export --as har", "!export --as http", "!export --as curl", "!export --as jest", "!export --as pytest", "!export --as go", "!export --mask",
		"export --to {out}/all.jsonl", "export --as har --to {out}/all.har", "export --as curl --to {out}/all.sh", "!export {account}", "!export --filter {account}",
		"!export --to {out}/{account}", "!export --db {account}", "!export --as {account}",
	},
	"history": {
		"history", "history --callbacks", "history --mask --callbacks", "history --filter {account}", "history --filter from:{account}", "history --filter nosuch:{account}",
		"history --db {out}/{account}.db", "history {account}", "history --limit {account}",
	},
	"import": {
		"import --db {out}/imported.db {in}/request.http", "import --db {out}/imported.db {in}/capture.har", "import --db {out}/imported.db {in}/junk.jsonl", "import {account}", "import --as {account} -",
		"import --db {out}/imported.db - < {in}/request.http",
	},
	"listen": {
		"listen --addr 127.0.0.1:0 --timeout 300ms", "listen --addr 127.0.0.1:0 --timeout 300ms {account}", "listen --ephemeral --addr 127.0.0.1:0 --public-url https://u:{account}@name.example --timeout 300ms",
		"listen --ephemeral --addr 127.0.0.1:0 --forward-to http://u:{account}@127.0.0.1:9/ --timeout 300ms", "listen --ephemeral --addr 127.0.0.1:0 --tunnel ngrok --timeout 2s",
		"listen --ephemeral --addr 127.0.0.1:0 --tunnel sh_{in}/tunnel.sh_{addr} --timeout 1s", "listen --ephemeral --addr 127.0.0.1:0 --tunnel printf_{ngrok}_{addr} --timeout 1s",
		"listen --ephemeral --addr 127.0.0.1:0 --attach-app {account} --timeout 1s", "PLIVO_API_URL={leaky} listen --ephemeral --addr 127.0.0.1:0 --attach-app 1 --timeout 1s",
		"listen --allow {account}", "listen --until {account}", "listen --rules {in}/rules.yaml --simulator --ephemeral --addr 127.0.0.1:0 --timeout 300ms", "listen --rules {in}/broken.yaml",
		"listen --inbound-answer {in}/answer.xml --ephemeral --addr 127.0.0.1:0 --timeout 300ms", "listen --inbound-reply {account} --ephemeral --addr 127.0.0.1:0 --timeout 300ms",
		"listen --junit {out}/listen.xml --count 1 --ephemeral --addr 127.0.0.1:0 --timeout 300ms",
	},
	"man":       {"!man", "!man --page send", "!man --page {account}"},
	"reconcile": {"reconcile", "reconcile --to {app}", "reconcile --to {leaky} --again", "reconcile {account}", "PLIVO_API_URL={leaky} reconcile", "reconcile --to http://u:{account}@127.0.0.1:9", "reconcile --dry-run --to {app} --again"},
	"replay": {
		"replay 1 --to {app}", "replay 1 2 --to {app} --as-captured --dry-run", "replay 1 --to {leaky}", "replay 1 --to {app} --fault wrong-token", "replay 1 --to {app} --dry-run",
		"replay 1 --to http://u:{account}@127.0.0.1:9", "replay {account} --to {app}", "replay 1 --to {account}", "replay 1 --to {app} --set Token={account}", "replay 1 --to {app} --set-header X:_{account}",
		"replay 1 --to {app} --set-header Authorization:_Basic_{basic}", "replay 1 --to {app} --expect-status 500 --junit {out}/replay.xml", "replay --filter text:{account} --to {app}", "replay 1 --to {app} --fault {account}",
		"replay 4 --to {app}", "replay 5 --to {app} --as-captured",
	},
	"restore": {"restore", "PLIVO_API_URL={leaky} restore", "restore --db {out}/{account}.db"},
	"send": {
		"send --to +14155550123 --text hi --yes --wait delivered --timeout 20s", "send --to +15005559401 --text hi --yes", "send --to +15005550030 --text hi --yes --wait delivered --timeout 20s",
		"PLIVO_API_URL={leaky} send --to +14155550123 --text hi --yes", "PLIVO_API_URL=http://127.0.0.1:9 send --retries 0 --to +14155550123 --text hi --yes",
		"PLIVO_API_URL=http://u:{account}@127.0.0.1:9 send --retries 0 --to +14155550123 --text hi --yes", "send --to {account} --text hi --yes", "send --to +14155550123 --text {account} --yes",
		"send --from {account} --to +14155550123 --text hi --yes", "send --to +14155550123 --text hi --callback-url http://u:{account}@127.0.0.1:9/x --yes", "send --env {in}/quoted.env --to +14155550123 --text hi --yes --db {out}/q.db",
		"send --env {in}/swapped.env --to +14155550123 --text hi --yes", "send --simulator --ephemeral --addr 127.0.0.1:0 --to +14155550123 --text hi --speed 50", "send --to +14155550123 --text hi {account}",
		"PLIVO_SENDER_ID={account} send --to +14155550123 --text hi --yes", "send --type mms --media https://u:{account}@name.example/a.png --to +14155550123 --text hi --yes", "send --fate {account} --simulator --to +14155550123 --text hi",
	},
	"sign": {
		"sign --url https://name.example/cb --param A=1", "sign --url https://name.example/cb --token {typed} --scheme v1", "sign --url https://name.example/cb --token-file {in}/token --ma",
		"sign --url https://name.example/cb --token-file {in}/token-wrong --scheme v2", "sign --url https://name.example/cb --token-file {typed}", "sign --url https://name.example/cb {typed}", "sign --url https://name.example/cb --token {typed} --as ruby",
		"sign --url https://u:{account}@name.example/cb", "sign --url https://name.example/cb --nonce {account}", "sign --url https://name.example/cb --param {account}",
		"sign --url https://name.example/cb --token {typed} extra",
	},
	"simulate": {
		"simulate --addr {account}", "simulate --extra-token {typed} --addr {account}", "simulate --rules {in}/broken.yaml", "simulate --rules {in}/rules.yaml --addr {account}", "simulate --inbound-url http://u:{account}@127.0.0.1:9/ --addr {account}",
		"simulate --fate {account}", "simulate --numbers {account} --addr 127.0.0.1:0", "simulate {account}",
	},
	"simulate advance": {"simulate advance 1s", "simulate advance {account}", "simulate advance 1s --api-url http://u:{account}@127.0.0.1:9"},
	"simulate inbound": {
		"simulate inbound --from +14155550123 --text hi --url {server}/sms/inbound", "simulate inbound --from +14155550123 --text hi --url {leaky}/x", "simulate inbound --from +14155550123 --text {account} --url {server}/sms/inbound",
		"simulate inbound --from {account} --text hi", "simulate inbound --from +14155550123 --text hi --url http://u:{account}@127.0.0.1:9/",
	},
	"simulate reset": {"simulate reset --api-url http://127.0.0.1:9", "simulate reset --api-url {account}"},
	"simulate state": {"simulate state"},
	"simulate wait":  {"simulate wait --to +14155550123 --timeout 200ms", "simulate wait --uuid {account} --timeout 200ms", "simulate wait --idle --timeout 5s"},
	"trigger": {
		"trigger delivered --to {app} --no-wait", "trigger undelivered:30 --to {leaky} --no-wait", "trigger delivered --to {app} --no-wait --dry-run", "trigger {account} --to {app}", "trigger --file {in}/lost.yaml --to {app}", "trigger --file {in}/lost.yaml --to {app} --dry-run",
		"trigger --file {in}/broken.yaml --to {app}", "trigger delivered --to {app} --no-wait --set text={account}", "trigger wrong-token --to {app} --no-wait", "trigger --file {account} --to {app}", "trigger delivered:{account} --to {app}",
		"trigger delivered --to {app} --no-wait --junit {out}/trigger.xml --expect-status 500",
	},
	"trigger list": {"trigger list"},
	"trigger show": {"!trigger show delivered", "!trigger show {account}"},
	"verify": {
		"verify --id 1", "verify --id 4", "verify --id {account}", "verify --request {in}/request.http --url https://name.example/cb", "verify --request {in}/capture.har", "verify --url https://name.example/cb --header X-Plivo-Signature-V3:_{account} --header X-Plivo-Signature-V3-Nonce:_1 --param A=1",
		"verify --url https://name.example/cb --token {typed} --header X-Plivo-Signature-V3:_{typed} --header X-Plivo-Signature-V3-Nonce:_1", "verify --url https://name.example/cb --token-file {in}/token-wrong --header X-Plivo-Signature-V3:_x --header X-Plivo-Signature-V3-Nonce:_1",
		"verify {typed}", "verify --url https://u:{account}@name.example/cb --header X-Plivo-Signature-V3:_x", "verify --token-file {typed} --id 1", "verify --env {in}/quoted.env --id 1 --db {out}/imported.db",
	},
}
