#include "tests/plan/hosts.h"

#include <errno.h>

#include "libcontainer/base/log.h"
#include "libcontainer/plan/annotations.h"

static struct spec_pair pairs[4];
static char line[256];

static void keep_line(enum log_level level, const char *text, void *context)
{
	(void)context;
	if (level == LOG_LEVEL_DEBUG)
		(void)snprintf(line, sizeof(line), "%s", text);
}

static int setup(void **state)
{
	(void)state;
	log_set_sink(keep_line, NULL, LOG_LEVEL_DEBUG);
	line[0] = '\0';
	return begin_on(&host_v2);
}

/* One or two annotations, and what comes of them. */
static int annotate(const char *key, const char *value, const char *more, const char *its_value)
{
	pairs[0] = (struct spec_pair){ key, value };
	pairs[1] = (struct spec_pair){ more, its_value };
	spec.annotations = (struct spec_pairs){ pairs, more ? 2 : 1, true };
	plan = (struct plan){ .bundle = "/bundle" };
	error_clear();
	return decide(plan_annotations);
}

static void groups_stay_unless_it_says_0(void **state)
{
	(void)state;
	assert_int_equal(annotate("run.oci.keep_original_groups", "1", NULL, NULL), 0);
	assert_true(plan.users.keep_groups);
	assert_int_equal(annotate("run.oci.keep_original_groups", "", NULL, NULL), 0);
	assert_true(plan.users.keep_groups);
	assert_int_equal(annotate("run.oci.keep_original_groups", "0", NULL, NULL), 0);
	assert_false(plan.users.keep_groups);
	options.verb = PLAN_EXEC;
	assert_int_equal(annotate("run.oci.keep_original_groups", "1", NULL, NULL), 0);
	assert_true(plan.users.keep_groups);
}

static void the_umask_is_unchanged_or_nothing(void **state)
{
	static const char *const bad[] = { "", "022", "0", "Unchanged", "unchanged " };

	(void)state;
	assert_int_equal(annotate("org.caisson.umask", "unchanged", NULL, NULL), 0);
	assert_true(plan.process.umask_unchanged);
	options.verb = PLAN_EXEC;
	assert_int_equal(annotate("org.caisson.umask", "unchanged", NULL, NULL), 0);
	assert_true(plan.process.umask_unchanged);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(annotate("org.caisson.umask", bad[i], NULL, NULL), -EINVAL);
		assert_chain("annotations.org.caisson.umask:");
	}
}

static void the_option_is_before_the_receiver(void **state)
{
	(void)state;
	assert_int_equal(annotate("run.oci.pidfd_receiver", "/run/p.sock", NULL, NULL), 0);
	assert_string_equal(plan.pidfd_socket, "/run/p.sock");
	assert_int_equal(annotate("run.oci.pidfd_receiver", "", NULL, NULL), -EINVAL);
	assert_chain("annotations.run.oci.pidfd_receiver: wants a path");

	struct planning planning = { &arena, &spec, &process, NULL, &options, &host, &plan };
	pairs[0].value = "p.sock";
	plan = (struct plan){ .bundle = "/bundle", .pidfd_socket = "/of/the/option" };
	assert_int_equal(plan_annotations(&planning), 0);
	assert_string_equal(plan.pidfd_socket, "/of/the/option");
	plan.pidfd_socket = NULL;
	assert_int_equal(plan_annotations(&planning), 0);
	assert_string_equal(plan.pidfd_socket, "/bundle/p.sock");
	/* It is about init. */
	options.verb = PLAN_EXEC;
	assert_int_equal(annotate("run.oci.pidfd_receiver", "/run/p.sock", NULL, NULL), 0);
	assert_null(plan.pidfd_socket);
}

static void contexts_are_those_of_mount(void **state)
{
	static const char *const good[] = { "context", "fscontext", "defcontext", "rootcontext" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_int_equal(annotate("run.oci.mount_context_type", good[i], NULL, NULL), 0);
		assert_string_equal(plan.root.mount_context, good[i]);
	}
	assert_int_equal(annotate("run.oci.mount_context_type", "uid=0", NULL, NULL), -EINVAL);
	assert_chain("annotations.run.oci.mount_context_type: \"uid=0\" is neither");
}

static void outputs_of_hooks(void **state)
{
	(void)state;
	assert_int_equal(
		annotate("run.oci.hooks.stdout", "/var/log/o", "run.oci.hooks.stderr", "e"), 0);
	assert_string_equal(plan.hook_output, "/var/log/o");
	assert_string_equal(plan.hook_error_output, "/bundle/e");
	assert_int_equal(annotate("run.oci.hooks.stderr", "", NULL, NULL), -EINVAL);
}

static void handlers_are_refused_but_where_crun_uses_none(void **state)
{
	const char *program = "/bin/app";

	(void)state;
	process.args = (struct spec_strings){ &program, 1, true };
	assert_int_equal(annotate("run.oci.handler", "krun", NULL, NULL), -EINVAL);
	assert_chain("annotations.run.oci.handler: \"krun\": there are no handlers here");
	assert_int_equal(annotate("run.oci.handler", "wasm", NULL, NULL), -EINVAL);
	assert_int_equal(annotate("run.oci.handler", "wasm-smart", NULL, NULL), 0);
	program = "/app.wasm";
	assert_int_equal(annotate("run.oci.handler", "wasm-smart", NULL, NULL), -EINVAL);
	program = "/app.wat";
	assert_int_equal(annotate("run.oci.handler", "wasm-smart", NULL, NULL), -EINVAL);
	assert_int_equal(
		annotate("run.oci.handler", "krun", "io.kubernetes.cri.container-type", "sandbox"),
		0);
	assert_int_equal(annotate("run.oci.handler", "krun", "io.kubernetes.cri.container-type",
				 "container"),
		-EINVAL);
}

static void others_go_by(void **state)
{
	(void)state;
	assert_int_equal(annotate("org.example.run.oci.x", "1", NULL, NULL), 0);
	assert_string_equal(line, "");
	assert_int_equal(annotate("run.oci.unheard_of", "1", NULL, NULL), 0);
	assert_string_equal(line, "annotations.run.oci.unheard_of: is not known here");
}

static void seconds_for_start(void **state)
{
	static const char *const bad[] = { "", "0", "-1", "1.5", "10s", "4294967296" };
	uint32_t seconds = 7;

	(void)state;
	assert_int_equal(annotate("org.caisson.created-timeout", "90", NULL, NULL), 0);
	assert_int_equal(plan.created_timeout, 90);
	assert_int_equal(annotations_created_timeout(&spec.annotations, &seconds), 0);
	assert_int_equal(seconds, 90);
	assert_int_equal(annotate("org.example.other", "90", NULL, NULL), 0);
	assert_int_equal(annotations_created_timeout(&spec.annotations, &seconds), 0);
	assert_int_equal(seconds, 0);

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(
			annotate("org.caisson.created-timeout", bad[i], NULL, NULL), -EINVAL);
		assert_chain("annotations.org.caisson.created-timeout: ");
		assert_int_equal(annotations_created_timeout(&spec.annotations, &seconds), -EINVAL);
	}
	/* It is about the start of the container. */
	options.verb = PLAN_EXEC;
	assert_int_equal(annotate("org.caisson.created-timeout", "90", NULL, NULL), 0);
	assert_int_equal(plan.created_timeout, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(groups_stay_unless_it_says_0, setup, end_test),
		cmocka_unit_test_setup_teardown(the_umask_is_unchanged_or_nothing, setup, end_test),
		cmocka_unit_test_setup_teardown(the_option_is_before_the_receiver, setup, end_test),
		cmocka_unit_test_setup_teardown(contexts_are_those_of_mount, setup, end_test),
		cmocka_unit_test_setup_teardown(outputs_of_hooks, setup, end_test),
		cmocka_unit_test_setup_teardown(
			handlers_are_refused_but_where_crun_uses_none, setup, end_test),
		cmocka_unit_test_setup_teardown(others_go_by, setup, end_test),
		cmocka_unit_test_setup_teardown(seconds_for_start, setup, end_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
