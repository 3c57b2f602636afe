# A bundle's configuration with the inspector as its program, and with nobody else who is told or waited
# for.  $bundle is what paths are relative to; $umask is for a seeded fault.

def is_bind: .type == "bind" or .type == "rbind" or any(.options[]?; . == "bind" or . == "rbind");
def absolute: if startswith("/") then . else $bundle + "/" + . end;

if (.process | type) != "object" then error("no process")
elif .linux.netDevices then error("a device of the host would be moved")
else . end
| .root.path |= absolute
| .process.args = ["/.inspector", "an argument"]
| .process.terminal = false
| del(.process.consoleSize)
| if .mounts then .mounts |= map(if is_bind and (.source | type) == "string" and .source != ""
	then .source |= absolute else . end) else . end
| if .hooks then .hooks |= map_values(map(.path = "/bin/true" | .args = ["true"] | del(.timeout))) else . end
| if .linux.seccomp.syscalls then .linux.seccomp.syscalls |= map(
	if .action == "SCMP_ACT_NOTIFY" then .action = "SCMP_ACT_LOG" else . end) else . end
| del(.linux.seccomp?.listenerPath, .linux.seccomp?.listenerMetadata)
| if $umask != "" then .process.user.umask = ($umask | tonumber) else . end
