/*
 * What is read in namespaces that are not ours, from a user namespace of its own on, and how values
 * and lists are compared that the kernel does not show as they were written.
 */
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/audit/rows.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/kernel/syscall.h"

struct inside {
	struct plan plan;
	struct plan_setting setting;
	struct audit audit;
	struct audit_view view;
	int ready, stay;
};

static void live(int ready, int stay)
{
	char byte = 0;
	int flags = CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET;

	if (unshare(flags) < 0 || sethostname("of the inside", 13) < 0 ||
		setdomainname("its domain", 10) < 0)
		_exit(1);
	(void)!write(ready, &byte, 1);
	(void)!read(stay, &byte, 1);
	_exit(0);
}

static int begin(void **state)
{
	struct inside *s = calloc(1, sizeof(*s));
	int ready[2], stay[2];
	char byte;

	*state = s;
	if (!s || pipe2(ready, O_CLOEXEC) < 0 || pipe2(stay, O_CLOEXEC) < 0 ||
		procfs_open(&s->view.procfs) < 0)
		return -1;
	s->plan.settings.sysctls = &s->setting;
	s->plan.settings.sysctl_count = 1;
	s->audit.plan = &s->plan;
	s->view.audit = &s->audit;
	s->view.moment = AUDIT_WAITING;
	s->view.status = s->view.own_status = "";
	s->view.pid = fork();
	if (s->view.pid == 0) {
		(void)close(ready[0]);
		(void)close(stay[1]);
		live(ready[1], stay[0]);
	}
	(void)close(ready[1]);
	(void)close(stay[0]);
	s->stay = stay[1];
	/* Where user namespaces are forbidden. */
	s->ready = read(ready[0], &byte, 1) == 1;
	(void)close(ready[0]);
	return s->view.pid < 0 ? -1 : 0;
}

static int end(void **state)
{
	struct inside *s = *state;

	(void)close(s->stay);
	(void)waitpid(s->view.pid, NULL, 0);
	(void)close(s->view.procfs);
	view_close(&s->view);
	free(s);
	return 0;
}

static void check_sysctl(struct inside *s, const char *key, const char *planned, const char *found)
{
	auto_str struct str text = { 0 };
	char words[128];

	s->setting = (struct plan_setting){ .key = key, .value = planned };
	assert_int_equal(audit_find_sysctl(&s->view, NULL, 0, &text), 0);
	(void)snprintf(words, sizeof(words), "%s = %s", key, found);
	assert_string_equal(text.text, words);
}

static void test_read_inside(void **state)
{
	struct inside *s = *state;
	auto_str struct str hostname = { 0 }, domainname = { 0 };
	char own[65], now[65];

	if (!s->ready)
		skip();
	assert_int_equal(gethostname(own, sizeof(own)), 0);
	assert_int_equal(audit_find_hostname(&s->view, NULL, 0, &hostname), 0);
	assert_string_equal(hostname.text, "of the inside");
	assert_int_equal(audit_find_domainname(&s->view, NULL, 0, &domainname), 0);
	assert_string_equal(domainname.text, "its domain");
	/* We are where we were. */
	assert_int_equal(gethostname(now, sizeof(now)), 0);
	assert_string_equal(now, own);
	/* Of a new network namespace; the user namespace has no limits of its own yet. */
	check_sysctl(s, "net/unix/max_dgram_qlen", "4711", "10");
	check_sysctl(s, "user/max_uts_namespaces", "4711", "2147483647");
}

/* The number, however it is written; word for word, as far as there are any. */
static void test_values(void **state)
{
	struct inside *s = *state;
	const char *four = "net/ipv4/ip_local_port_range";

	if (!s->ready)
		skip();
	check_sysctl(s, "net/unix/max_dgram_qlen", "0xa", "0xa");
	check_sysctl(s, "net/unix/max_dgram_qlen", " 012\n", " 012\n");
	check_sysctl(s, "net/unix/max_dgram_qlen", "10x", "10");
	check_sysctl(s, four, "32768 60999", "32768 60999");
	check_sysctl(s, four, "32768", "32768");
	check_sysctl(s, four, "32768 60998", "32768\t60999");
	check_sysctl(s, four, "32768 60999 7", "32768\t60999");
}

/* Who has ended has no namespaces, and not ours. */
static void test_ended(void **state)
{
	struct inside *s = *state;
	auto_str struct str text = { 0 };

	assert_int_equal(kill(s->view.pid, SIGKILL), 0);
	assert_int_equal(waitpid(s->view.pid, NULL, 0), s->view.pid);
	assert_int_equal(audit_find_hostname(&s->view, NULL, 0, &text), -ENOENT);
	assert_int_equal(text.length, 0);
}

/* It is not there; nobody claims anything then. */
static void test_missing(void **state)
{
	struct inside *s = *state;
	auto_str struct str text = { 0 };

	if (!s->ready)
		skip();
	s->setting = (struct plan_setting){ .key = "net/nowhere", .value = "1" };
	assert_int_equal(audit_find_sysctl(&s->view, NULL, 0, &text), -ENOENT);
}

static void test_no_claim(void **state)
{
	static const struct plan_setting untold[] = {
		{ "x", "net/ipv4/route/flush", "1" },
		{ "x", "net/ipv4/ip_local_reserved_ports", "8080,9148-9150" },
		{ "x", "net/ipv4/ip_local_reserved_ports", "9148-9150" },
		{ "x", "net/ipv4/neigh/default/base_reachable_time_ms", "30001" },
		{ "x", "kernel/auto_msgmni", "1" },
	};
	struct inside *s = *state;

	for (size_t i = 0; i < COUNT_OF(untold); i++) {
		auto_str struct str text = { 0 };

		s->setting = untold[i];
		assert_int_equal(audit_plan_sysctl(&s->view, NULL, 0, &text), 0);
		assert_int_equal(text.length, 0);
	}
	auto_str struct str text = { 0 };
	s->setting = (struct plan_setting){ "x", "kernel/msg_next_id", "-1" };
	assert_int_equal(audit_plan_sysctl(&s->view, NULL, 0, &text), 0);
	assert_string_equal(text.text, "kernel/msg_next_id = -1");
	/* Behind the last. */
	assert_int_equal(audit_plan_sysctl(&s->view, NULL, 1, &text), 0);
	assert_string_equal(text.text, "kernel/msg_next_id = -1");
}

/* One of a device, before one for all of them. */
static void test_order(void **state)
{
	static struct plan_setting settings[] = {
		{ "x", "net/ipv4/conf/lo/forwarding", "0" },
		{ "x", "kernel/msgmax", "8000" },
		{ "x", "net/ipv4/ip_forward", "1" },
		{ "x", "net/ipv4/conf/eth0/forwarding", "0" },
		{ "x", "kernel/msgmax", "8001" },
	};
	static const bool claimed[COUNT_OF(settings)] = { false, false, true, true, true };
	struct inside *s = *state;

	s->plan.settings.sysctls = settings;
	s->plan.settings.sysctl_count = COUNT_OF(settings);
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		auto_str struct str text = { 0 };

		assert_int_equal(audit_plan_sysctl(&s->view, NULL, i, &text), 0);
		assert_int_equal(text.length > 0, claimed[i]);
	}
}

/* Hooks may have called it otherwise. */
static void test_names_and_hooks(void **state)
{
	struct inside *s = *state;
	auto_str struct str text = { 0 };

	s->plan.settings.hostname = "planned";
	s->plan.hooks[PLAN_HOOK_CREATE_CONTAINER].count = 1;
	assert_int_equal(audit_plan_hostname(&s->view, NULL, 0, &text), 0);
	assert_int_equal(text.length, 0);
	s->plan.hooks[PLAN_HOOK_CREATE_CONTAINER].count = 0;
	assert_int_equal(audit_plan_hostname(&s->view, NULL, 0, &text), 0);
	assert_string_equal(text.text, "planned");
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static void test_memory_policies(void **state)
{
	static const unsigned long one[] = { 1UL << 1 },
				   some[] = { 1UL << 1 | 1UL << 2 | 1UL << 9 };
	static const struct {
		int mode;
		const unsigned long *bits;
		const char *planned;
	} cases[] = {
		{ 0, NULL, "default" },
		{ 1, some, "prefer:1" },
		{ 1, NULL, "local*" },
		{ 2, one, "bind:1" },
		{ 2 | 0x8000, some, "bind=static:1-2" },
		{ 3 | 0x4000, some, "interleave=relative:*" },
		{ 2 | 0x2000, some, "bind=*" },
		{ 4, NULL, "local" },
		{ 5, some, "prefer (many):1-2" },
		{ 6, some, "weighted interleave:1-2" },
	};
	struct inside *s = *state;

	s->view.status = "Mems_allowed_list:\t0-3,5\n";
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_str struct str text = { 0 };

		s->plan.process.memory_policy = (struct plan_memory_policy){
			.name = "x",
			.mode = cases[i].mode,
			.nodes = { cases[i].bits, cases[i].bits ? sizeof(long) : 0 },
		};
		assert_int_equal(audit_plan_memory_policy(&s->view, NULL, 0, &text), 0);
		assert_string_equal(text.text, cases[i].planned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read_inside, begin, end),
		cmocka_unit_test_setup_teardown(test_values, begin, end),
		cmocka_unit_test_setup_teardown(test_missing, begin, end),
		cmocka_unit_test_setup_teardown(test_ended, begin, end),
		cmocka_unit_test_setup_teardown(test_no_claim, begin, end),
		cmocka_unit_test_setup_teardown(test_order, begin, end),
		cmocka_unit_test_setup_teardown(test_names_and_hooks, begin, end),
		cmocka_unit_test_setup_teardown(test_memory_policies, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
