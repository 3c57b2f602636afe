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

@test "features: every mount option that is listed is accepted" {
	local options option
	options=$(caisson features | jq -r '.mountOptions[]')
	cp config.json good
	for option in $options; do
		jq '.mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "none", "options": [$option]}]' \
			--arg option "$option" good >config.json
		run caisson run --dry-run "$ID"
		refute_contains 'unknown'
	done
}

@test "features: needs no privileges, and no argument" {
	local whole
	whole=$(caisson features)
	run -0 setpriv --reuid 1000 --clear-groups "$CAISSON" features
	assert_output "$whole"
	run -1 caisson features "$ID"
}
