/*
 * What the runtime and its helper program systemd-scope agree on.  The program talks to systemd
 *over D-Bus (org.freedesktop.systemd1(5)), as the runtime is static and libsystemd is not; nothing
 *but create, run, update and delete with the systemd driver starts it.
 *
 *	systemd-scope start system|user UNIT PROPERTY...
 *		StartTransientUnit, and its job's end.  What is left of a failed unit of this name
 *is reset, and it is tried once more. systemd-scope set system|user UNIT PROPERTY...
 *		SetUnitProperties, until the unit's end.
 *	systemd-scope stop system|user UNIT
 *		StopUnit, its job's end, and ResetFailedUnit.  No unit of this name is no error.
 *
 *	PROPERTY = NAME[?] SIGNATURE WORD...
 *
 * A property is spelled as in busctl(1): `MemoryMax t 1000`, `PIDs au 1 42`.  One with "?" is left
 * out where systemd knows no such property or takes no such value: a control file says the same.
 *
 * The bus is that of the environment (DBUS_SYSTEM_BUS_ADDRESS, DBUS_SESSION_BUS_ADDRESS,
 * XDG_RUNTIME_DIR), or the usual one.  The program ends with 0; with 1 and one line for people on
 * stderr; or with 2 where it was called wrongly.
 */
#pragma once

#define SYSTEMD_SCOPE "systemd-scope"

/* Milliseconds until the program gives up by itself, whatever systemd does; runc's time. */
#define SYSTEMD_SCOPE_DEADLINE 30000

/* Milliseconds after which it hangs for a reason of its own, and may be killed. */
#define SYSTEMD_SCOPE_PATIENCE (SYSTEMD_SCOPE_DEADLINE + 10000)
