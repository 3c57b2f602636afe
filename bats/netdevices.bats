# linux.netDevices: interfaces of a network namespace of the test's own, which plays the host's.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	setup_bundle
	hold --net
	here ip link set lo up
	here ip link add out0 type veth peer name peer0 || skip "no veth devices here"
	update_config '.linux.netDevices = {out0: {name: "eth0"}}'
	grant_capabilities CAP_NET_RAW
}

teardown() {
	[[ ! ${other-} ]] || holder=$other release_started
	teardown_holder
}

# The namespace of the second holder.
release_started() {
	kill -KILL "$other" 2>/dev/null || true
}

# here COMMAND... - where the devices are, which is where caisson is started.
here() {
	nsenter --net="/proc/$holder/ns/net" -- "$@"
}

caisson() {
	here "$CAISSON" --root "$ROOT" "$@"
}

# other_network - a second namespace, to be joined; $other is its holder.
other_network() {
	local first=$holder first_started=$started
	hold --net
	other=$holder
	holder=$first started=$first_started
	namespace_add network "/proc/$other/ns/net"
}

there() {
	nsenter --net="/proc/$other/ns/net" -- "$@"
}

# The device, its state, hardware address, MTU and addresses: what a failed creation must not change.
device() {
	here ip -o link show "$1" | grep -o ' [^ @:]*[@:]\|<[^>]*>\|mtu [0-9]*\|link/ether [^ ]*'
	here ip -o addr show dev "$1" | sed 's/^[0-9]*: //; s/ *\\.*//'
}

furnish() {
	here ip link set out0 address 02:00:00:00:00:17 mtu 1337
	here ip addr add 192.0.2.1/24 brd 192.0.2.255 dev out0
	here ip addr add 192.0.2.2/24 dev out0 label out0:two
	here ip addr add 198.51.100.1 peer 198.51.100.9/32 dev out0
	here ip -6 addr add 2001:db8::1/64 nodad dev out0
}

@test "netDevices: renamed, up, with its MTU, its MAC and its addresses" {
	furnish
	here ip addr add 169.254.7.7/16 scope link dev out0
	here ip addr add 203.0.113.1/24 dev out0 valid_lft 1000 preferred_lft 1000
	inside 'cd /sys/class/net; ls; cd eth0; cat mtu address
		ip -o link show eth0 | grep -o "[<,]UP[,>]"
		ip -o -4 addr show dev eth0 | sed "s/^[0-9]*: //; s/ *valid_lft.*//; s/  */ /g"
		ip -o -6 addr show dev eth0 scope global | grep -o "inet6 [^ ]*"'
	assert_equal "${lines[*]:0:5}" "eth0 lo 1337 02:00:00:00:00:17 ,UP,"
	assert_contains 'inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0'
	assert_contains 'inet 192.0.2.2/24 scope global secondary eth0:two'
	assert_contains 'inet 198.51.100.1 peer 198.51.100.9/32 scope global eth0'
	assert_contains 'inet6 2001:db8::1/64'
	refute_contains 169.254.7.7
	refute_contains 203.0.113
	run ! here ip link show out0
}

@test "netDevices: under its own name, and it carries packets" {
	here ip addr add 192.0.2.1/24 dev out0
	here ip addr add 192.0.2.9/24 dev peer0
	here ip link set peer0 up
	update_config '.linux.netDevices = {out0: {}}'
	inside 'ping -c 1 -W 5 192.0.2.9 >/dev/null && echo answered; cat /sys/class/net/out0/operstate'
	assert_contains answered
	assert_contains up
}

@test "netDevices: several, and names that change places" {
	here ip link set out0 address 02:00:00:00:00:01
	here ip link set peer0 address 02:00:00:00:00:02
	update_config '.linux.netDevices = {out0: {name: "peer0"}, peer0: {name: "out0"}}'
	inside 'cd /sys/class/net; cat peer0/address out0/address'
	assert_output $'02:00:00:00:00:01\n02:00:00:00:00:02'
}

@test "netDevices: an empty map is fine" {
	update_config '.linux.netDevices = {}'
	inside 'ls /sys/class/net'
	assert_output lo
	here ip link show out0
}

@test "netDevices: %d is the first number that is free" {
	update_config '.linux.netDevices = {out0: {name: "net%d"}, peer0: {name: "net%d"}}'
	inside 'ls /sys/class/net'
	assert_output $'lo\nnet0\nnet1'
}

@test "netDevices: into a namespace that is joined, past the names there" {
	other_network
	there ip link add eth0 type veth peer name out0
	there ip link set lo up
	update_config '.linux.netDevices.out0.name = "eth%d"'
	here ip link set out0 address 02:00:00:00:00:17
	inside 'ls /sys/class/net; cat /sys/class/net/eth1/address'
	assert_output $'eth0\neth1\nlo\nout0\n02:00:00:00:00:17'
}

@test "netDevices: a name that is taken is refused, and all is as before" {
	local before
	other_network
	there ip link add eth0 type veth peer name out0
	furnish
	here ip link set out0 up
	here ip link set peer0 up
	before=$(device out0)
	refused linux.netDevices.out0 "'eth0'" 'file exists'
	assert_equal "$(device out0)" "$before"
	update_config '.linux.netDevices = {out0: {}}'
	refused linux.netDevices.out0 'file exists'
	assert_equal "$(device out0)" "$before"
	# One that was moved before another fails comes back, too.
	update_config '.linux.netDevices = {out0: {name: "free0"}, nonesuch: {}}'
	refused linux.netDevices.nonesuch 'no such device'
	assert_equal "$(device out0)" "$before"
	assert_equal "$(there ls /sys/class/net | sort -u)" "$(ls /sys/class/net)"
}

@test "netDevices: a creation that fails later brings them back, down as they were" {
	local before
	furnish
	before=$(device out0)
	set_args /bin/nonesuch
	refused nonesuch
	assert_equal "$(device out0)" "$before"
	update_config '.hooks.createRuntime = [{path: "/bin/false"}] | .process.args = ["/bin/true"]'
	refused createRuntime
	assert_equal "$(device out0)" "$before"
	# Also from a namespace of less rights, and where init fails.
	user_namespace
	update_config 'del(.hooks) | .process.args = ["/bin/nonesuch"]'
	refused nonesuch
	assert_equal "$(device out0)" "$before"
}

@test "netDevices: what is no device, or may not leave, is refused" {
	update_config '.linux.netDevices = {nonesuch: {}}'
	refused linux.netDevices.nonesuch 'no such device'
	update_config '.linux.netDevices = {lo: {name: "eth0"}}'
	refused linux.netDevices.lo
	update_config '.linux.netDevices = {out0: {name: "a%db%d"}}'
	refused netDevices out0
	namespace_add network "/proc/$holder/ns/net"
	update_config '.linux.netDevices = {out0: {name: "eth0"}}'
	refused linux.netDevices 'network namespace'
	namespace_remove network
	refused linux.netDevices 'network namespace'
	here ip link show out0
}

@test "netDevices: they are not taken back by delete" {
	other_network
	sleeping_container
	run -0 caisson exec "$ID" ls /sys/class/net
	assert_contains eth0
	run -0 caisson delete --force "$ID"
	there ip link show eth0
	run ! here ip link show out0
	# Its owner can.
	there ip link set eth0 netns "$holder"
	here ip link show eth0
}

@test "netDevices: hooks see them and sysctls name them" {
	writable_root
	update_config '.linux.sysctl = {"net.ipv4.conf.eth0.forwarding": "1"}
		| .hooks.createRuntime = [{path: $shell, args: ["sh", "-c",
			"nsenter --net=/proc/$(jq .pid)/ns/net ip -o link show eth0 >seen"],
			env: ["PATH=\($path)"]}]
		| .hooks.createContainer = [{path: $shell, args: ["sh", "-c",
			"ip -o link show eth0 >seen.inside"], env: ["PATH=\($path)"]}]' \
		--arg shell "$(command -v bash)" --arg path "$PATH"
	inside 'cat /proc/sys/net/ipv4/conf/eth0/forwarding'
	assert_output 1
	assert_contains eth0 "$(<seen)"
	assert_contains eth0 "$(<rootfs/seen.inside)"
}

@test "netDevices: in a user namespace, and by the general road" {
	furnish
	user_namespace
	# Whose network namespace is there when the devices are moved.
	run -0 caisson run --dry-run "$ID"
	assert_contains 'namespaces.road: "general"'
	inside 'cat /sys/class/net/eth0/mtu; ip -o -4 addr show dev eth0 | grep -o "192.0.2.1/24"'
	assert_output $'1337\n192.0.2.1/24'
	here ip link add out0 type veth peer name peer1
	update_config 'del(.linux.uidMappings, .linux.gidMappings)'
	namespace_remove user
	set_script 'ls /sys/class/net'
	run -0 caisson run --general-road "$ID"
	assert_output $'eth0\nlo'
}

@test "netDevices: a dry run tells of them" {
	run -0 caisson run --dry-run "$ID"
	assert_contains 'netDevices.out0: "eth0"'
	assert_contains 'move the network devices'
}
