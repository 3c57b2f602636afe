bats_require_minimum_version 1.5.0
load helpers

@test "spec: writes config.json, which is valid and runs as it is" {
	mkdir "$TEST_DIR/new"
	cd "$TEST_DIR/new"
	run -0 caisson spec
	assert_output ''
	mv "$BUNDLE/rootfs" .
	# Only its terminal needs someone who holds it.
	jq '.process.terminal = false' config.json >changed
	echo 'echo from a shell' >in
	run -0 caisson run --config changed "$ID" <in
	assert_output 'from a shell'
	mv rootfs "$BUNDLE/"
}

@test "spec: the usual members" {
	run -0 caisson spec --file -
	assert_equal "$(jq -r .ociVersion <<<"$output")" "$(caisson --version | sed -n 's/^spec: //p')"
	assert_equal "$(jq -c '[.root.path, .process.args, .process.terminal]' <<<"$output")" \
		'["rootfs",["sh"],true]'
	assert_equal "$(jq -c '[.linux.namespaces[].type] | sort' <<<"$output")" \
		"$(if [[ $CGROUPS == v2 || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then
			echo '["cgroup","ipc","mount","network","pid","uts"]'
		else
			echo '["ipc","mount","network","pid","uts"]'
		fi)"
	assert_equal "$(jq -c '[.mounts[].destination] | .[0]' <<<"$output")" '"/proc"'
	assert_contains /proc/kcore "$(jq -c .linux.maskedPaths <<<"$output")"
}

@test "spec: does not overwrite what nobody named" {
	echo mine >"$TEST_DIR/config.json"
	run -1 caisson spec --bundle "$TEST_DIR"
	assert_contains 'File config.json exists. Remove it first'
	assert_equal "$(<"$TEST_DIR/config.json")" mine
	run -0 caisson spec --bundle "$TEST_DIR" --file config.json
	assert_equal "$(jq -r .root.path "$TEST_DIR/config.json")" rootfs
	run -1 caisson spec --bundle "$TEST_DIR/none"
	assert_contains 'no such file or directory'
}

@test "spec --rootless: a user namespace, with the caller's ids, and no resources" {
	run -0 setpriv --reuid 1000 --regid 1001 --clear-groups "$CAISSON" spec --rootless -f -
	assert_equal "$(jq -c '[.linux.namespaces[].type] | contains(["user"])' <<<"$output")" true
	assert_equal "$(jq -c '[.linux.namespaces[].type] | contains(["network"])' <<<"$output")" false
	assert_equal "$(jq -c '.linux.uidMappings' <<<"$output")" \
		'[{"containerID":0,"hostID":1000,"size":1}]'
	assert_equal "$(jq -c '.linux.gidMappings' <<<"$output")" \
		'[{"containerID":0,"hostID":1001,"size":1}]'
	assert_equal "$(jq -c '.linux | has("resources")' <<<"$output")" false
}

@test "features: the document of the specification" {
	run -0 --separate-stderr caisson features
	assert_equal "$stderr" ''
	assert_equal "$(jq -r .ociVersionMin <<<"$output")" 1.0.0
	assert_equal "$(jq -r .ociVersionMax <<<"$output")" \
		"$(caisson --version | sed -n 's/^spec: //p')"
	assert_equal "$(jq -c '.hooks | sort' <<<"$output")" \
		'["createContainer","createRuntime","poststart","poststop","prestart","startContainer"]'
	assert_equal "$(jq -c '.linux.namespaces | sort' <<<"$output")" \
		'["cgroup","ipc","mount","network","pid","time","user","uts"]'
	assert_equal "$(jq -c '[.linux.cgroup.v1, .linux.cgroup.v2, .linux.seccomp.enabled]' \
		<<<"$output")" '[true,true,true]'
	assert_equal "$(jq -c '.linux.mountExtensions.idmap.enabled' <<<"$output")" true
	assert_equal "$(jq -c '.mountOptions == (.mountOptions | sort | unique)' <<<"$output")" true
}

# All of features.md and features-linux.md of 1.3; platforms apart that are not ours.
@test "features: every key of the structure is there, with a value of its type, and no other" {
	run -0 caisson features
	assert_equal "$(jq -c '[paths as $p | select([$p[] | strings] == $p) | $p
		| select(.[0] != "annotations" or length == 1) | join(".")] | sort | .[]' -r <<<"$output")" \
		"annotations
$(printf '%s\n' hooks linux linux.apparmor linux.apparmor.enabled linux.capabilities linux.cgroup \
	linux.cgroup.{rdma,systemd,systemdUser,v1,v2} linux.intelRdt linux.intelRdt.{enabled,monitoring,schemata} \
	linux.memoryPolicy linux.memoryPolicy.{flags,modes} linux.mountExtensions linux.mountExtensions.idmap \
	linux.mountExtensions.idmap.enabled linux.namespaces linux.netDevices linux.netDevices.enabled \
	linux.seccomp linux.seccomp.{actions,archs,enabled,knownFlags,operators,supportedFlags} \
	linux.selinux linux.selinux.enabled mountOptions ociVersionMax ociVersionMin \
	potentiallyUnsafeConfigAnnotations)"
	assert_equal "$(jq -c '[.linux | .. | booleans | type] | unique' <<<"$output")" '["boolean"]'
	assert_equal "$(jq '[.. | nulls] | length' <<<"$output")" 0
	assert_equal "$(jq '[.annotations[] | strings | length > 0] | all' <<<"$output")" true
	# No list names anything twice.
	assert_equal "$(jq '[.. | arrays | length == (unique | length)] | all' <<<"$output")" true
	# Flags that can be set are known ones.
	assert_equal "$(jq -c '.linux.seccomp | .supportedFlags - .knownFlags' <<<"$output")" '[]'
}

# has WORDS PATH - features lists all these words there
has() {
	# shellcheck disable=SC2016
	assert_equal "$(caisson features | jq -c "\$ARGS.positional - $2" --args $1)" '[]'
}

@test "features: the words that the specification knows, with those of version 1.3" {
	has 'async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev
		nodiratime noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow
		private ratime rbind rdev rdiratime relatime remount rexec rnoatime rnodev rnodiratime
		rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw
		rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave
		strictatime suid symfollow sync tmpcopyup unbindable idmap ridmap' .mountOptions
	has 'SCMP_ACT_ALLOW SCMP_ACT_ERRNO SCMP_ACT_KILL SCMP_ACT_KILL_PROCESS SCMP_ACT_KILL_THREAD
		SCMP_ACT_LOG SCMP_ACT_NOTIFY SCMP_ACT_TRACE SCMP_ACT_TRAP' .linux.seccomp.actions
	has 'SCMP_CMP_EQ SCMP_CMP_GE SCMP_CMP_GT SCMP_CMP_LE SCMP_CMP_LT SCMP_CMP_MASKED_EQ SCMP_CMP_NE' \
		.linux.seccomp.operators
	has 'SCMP_ARCH_AARCH64 SCMP_ARCH_ARM SCMP_ARCH_PPC64LE SCMP_ARCH_RISCV64 SCMP_ARCH_S390X
		SCMP_ARCH_X32 SCMP_ARCH_X86 SCMP_ARCH_X86_64' .linux.seccomp.archs
	has 'SECCOMP_FILTER_FLAG_TSYNC SECCOMP_FILTER_FLAG_SPEC_ALLOW SECCOMP_FILTER_FLAG_LOG
		SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' .linux.seccomp.knownFlags
	has 'CAP_CHOWN CAP_SYS_ADMIN CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE' .linux.capabilities
	assert_equal "$(caisson features | jq '.linux.capabilities | length')" 41
	has 'MPOL_DEFAULT MPOL_BIND MPOL_INTERLEAVE MPOL_WEIGHTED_INTERLEAVE MPOL_PREFERRED
		MPOL_PREFERRED_MANY MPOL_LOCAL' .linux.memoryPolicy.modes
	has 'MPOL_F_NUMA_BALANCING MPOL_F_RELATIVE_NODES MPOL_F_STATIC_NODES' .linux.memoryPolicy.flags
}

# tells PROPERTY VALUE KEY - features says of it what the configuration's checks say
tells() {
	local expected=true
	cp config.json good.json
	update_config ".linux.$1 = $2"
	run caisson run --dry-run "$ID"
	[[ $output != *"linux.$1: is not supported"* ]] || expected=false
	mv good.json config.json
	assert_equal "$(caisson features | jq ".linux.$3")" "$expected"
}

@test "features: what is not enabled is what is refused" {
	tells netDevices '{"eth0": {}}' netDevices.enabled
	tells intelRdt '{"closID": "a"}' intelRdt.enabled
	tells intelRdt '{"closID": "a", "schemata": ["L3:0=f"]}' intelRdt.schemata
	tells intelRdt '{"closID": "a", "enableMonitoring": true}' intelRdt.monitoring
}

# Of each list of words in what spec prints, those that features does not list.
UNLISTED='[
	(.linux.namespaces[].type as $word | select($f.linux.namespaces | index($word) | not) | $word),
	(.process.capabilities // {} | .[][] | . as $word
		| select($f.linux.capabilities | index($word) | not)),
	(.mounts[].options // [] | .[] | select(contains("=") or . == "newinstance" | not) | . as $word
		| select($f.mountOptions | index($word) | not)),
	(.hooks // {} | keys[] | . as $word | select($f.hooks | index($word) | not)),
	(.annotations // {} | keys[] | . as $word
		| select($f.potentiallyUnsafeConfigAnnotations | index($word))),
	(.linux.seccomp // {} | .defaultAction // empty | . as $word
		| select($f.linux.seccomp.actions | index($word) | not)),
	(.ociVersion | select(. != $f.ociVersionMax))
]'

@test "spec: features lists every word that it prints, with and without --rootless" {
	caisson features >features
	local option
	for option in '' --rootless; do
		# shellcheck disable=SC2086
		caisson spec $option -f - >printed
		assert_equal "$(jq -c --slurpfile features features '$features[0] as $f | '"$UNLISTED" printed)" '[]'
		# The question is one that can be answered otherwise.
		jq '.linux.namespaces += [{"type": "moon"}] | .mounts[0].options += ["nonesuch"]' printed >changed
		assert_equal "$(jq -c --slurpfile features features '$features[0] as $f | '"$UNLISTED" changed)" \
			'["moon","nonesuch"]'
		# And nothing of it is unknown to the checks, or warned of.
		cp printed config.json
		[[ $option ]] || { run -0 caisson --debug run --console-socket nowhere --detach --dry-run "$ID"
			refute_contains level=warning; }
	done
}

@test "features: every mount option that is listed is known, and not handed to a file system" {
	local word
	# One mount each; those that others are handed show how that would look.
	caisson features | jq '.mountOptions - ["idmap", "ridmap"]' >options
	update_config '.mounts += [$options[0][] | {destination: "/mnt/\(.)", type: "tmpfs",
		source: "/none", options: [.]}]' --slurpfile options options
	run -0 caisson run --dry-run "$ID"
	(($(grep -c '^root.mounts.*"/mnt/' <<<"$output") == $(jq length options)))
	assert_equal "$(sed -n 's/.*data: "\(.*\)"$/\1/p' <<<"$output" | grep -xFf <(jq -r '.[]' options))" ''
	for word in idmap ridmap; do
		update_config '.mounts[-1].options = [$word]' --arg word "$word"
		run caisson run --dry-run "$ID"
		refute_contains "data: \"$word\""
	done
	update_config '.mounts[-1].options = ["nonesuch"]'
	run -0 caisson run --dry-run "$ID"
	assert_contains 'data: "nonesuch"'
}

@test "features: needs no privileges, and no argument" {
	local whole
	whole=$(caisson features)
	run -0 setpriv --reuid 1000 --clear-groups "$CAISSON" features
	assert_output "$whole"
	run -1 caisson features "$ID"
}
