#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/store/directory.h"
#include "libcontainer/store/record.h"
#include "tests/scratch.h"

/* Behind the house's own: it has a macro called fail. */
#include <cmocka.h>

static struct plan_cgroup_directory cgroups[] = {
	{ "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu/a b", "cpu,cpuacct", false },
	{ "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/c", "", true },
};
static struct spec_pair annotations[] = {
	{ "org.example.a", "x\ny\"z" },
	{ "org.example.b", "" },
};
static const struct record sample = {
	.id = "c",
	.bundle = "/bundle",
	.rootfs = "/bundle/rootfs",
	.oci_version = "1.2.0",
	.created = "2026-11-24T18:00:00.123456789Z",
	.owner = "",
	.phase = RECORD_CREATED,
	.pid = 4194304,
	.start_time = UINT64_MAX,
	.started = true,
	.own_pid_namespace = true,
	.namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER,
	.cgroups = cgroups,
	.cgroup_count = COUNT_OF(cgroups),
	.cgroups_made = true,
	.rdt = { "/sys/fs/resctrl", "/sys/fs/resctrl/c", "/sys/fs/resctrl/c/mon_groups/c", true,
		true },
	.has_poststart = true,
	.has_poststop = true,
	.annotations = { annotations, COUNT_OF(annotations), true },
};

struct place {
	struct scratch *scratch;
	struct arena arena;
	int directory;
};

static int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place || scratch_make((void **)&place->scratch) < 0)
		return -1;
	*state = place;
	return store_make(place->scratch->root, "c", &place->directory);
}

static int place_remove(void **state)
{
	struct place *place = *state;
	void *scratch = place->scratch;

	close(place->directory);
	arena_done(&place->arena);
	free(place);
	return scratch_remove(&scratch);
}

static void assert_same_text(const char *a, const char *b)
{
	assert_true(!a == !b);
	if (a)
		assert_string_equal(a, b);
}

static void assert_same(const struct record *a, const struct record *b)
{
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->bundle, b->bundle);
	assert_string_equal(a->rootfs, b->rootfs);
	assert_string_equal(a->oci_version, b->oci_version);
	assert_string_equal(a->created, b->created);
	assert_string_equal(a->owner, b->owner);
	assert_int_equal(a->phase, b->phase);
	assert_int_equal(a->pid, b->pid);
	assert_true(a->start_time == b->start_time);
	assert_int_equal(a->started, b->started);
	assert_int_equal(a->own_pid_namespace, b->own_pid_namespace);
	assert_int_equal(a->namespaces, b->namespaces);
	assert_int_equal(a->cgroups_made, b->cgroups_made);
	assert_same_text(a->rdt.mountpoint, b->rdt.mountpoint);
	assert_same_text(a->rdt.group, b->rdt.group);
	assert_same_text(a->rdt.monitor, b->rdt.monitor);
	assert_int_equal(a->rdt.group_made, b->rdt.group_made);
	assert_int_equal(a->rdt.monitor_made, b->rdt.monitor_made);
	assert_int_equal(a->has_poststart, b->has_poststart);
	assert_int_equal(a->has_poststop, b->has_poststop);
	assert_int_equal(a->cgroup_count, b->cgroup_count);
	for (size_t i = 0; i < a->cgroup_count; i++) {
		assert_string_equal(a->cgroups[i].mountpoint, b->cgroups[i].mountpoint);
		assert_string_equal(a->cgroups[i].path, b->cgroups[i].path);
		assert_string_equal(a->cgroups[i].controllers, b->cgroups[i].controllers);
		assert_int_equal(a->cgroups[i].unified, b->cgroups[i].unified);
	}
	assert_int_equal(a->annotations.count, b->annotations.count);
	for (size_t i = 0; i < a->annotations.count; i++) {
		assert_string_equal(a->annotations.items[i].key, b->annotations.items[i].key);
		assert_string_equal(a->annotations.items[i].value, b->annotations.items[i].value);
	}
}

static void what_is_saved_is_loaded(void **state)
{
	struct place *place = *state;
	struct record loaded;
	struct stat facts;

	assert_int_equal(record_load(&place->arena, place->directory, &loaded), -ENOENT);
	assert_int_equal(record_save(place->directory, &sample), 0);
	assert_int_equal(record_load(&place->arena, place->directory, &loaded), 0);
	assert_same(&sample, &loaded);
	assert_int_equal(fstatat(place->directory, "record", &facts, 0), 0);
	assert_int_equal(facts.st_mode, S_IFREG | 0600);
}

static void the_least_record_is_loaded(void **state)
{
	struct place *place = *state;
	const struct record least = {
		.id = "c",
		.bundle = "/",
		.rootfs = "/",
		.oci_version = "1.0.0",
		.created = "",
		.owner = "",
		.phase = RECORD_CREATING,
	};
	struct record loaded;

	/* It replaces what was there. */
	assert_int_equal(record_save(place->directory, &sample), 0);
	assert_int_equal(record_save(place->directory, &least), 0);
	assert_int_equal(record_load(&place->arena, place->directory, &loaded), 0);
	assert_same(&least, &loaded);
}

static void another_version_is_named(void **state)
{
	/* Of which nothing else need be understood. */
	static const char *const texts[] = { "caisson record 7\n", "caisson record 7 {}\nx" };
	struct place *place = *state;
	struct record loaded;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		assert_int_equal(
			record_parse(&place->arena, texts[i], strlen(texts[i]), &loaded), -ENOTSUP);
		assert_non_null(strstr(error_text(), "version 7"));
		assert_non_null(strstr(error_text(), "version 1"));
	}
}

static void what_is_cut_off_is_refused(void **state)
{
	struct place *place = *state;
	struct file_text file;
	struct record loaded;

	assert_int_equal(record_save(place->directory, &sample), 0);
	assert_int_equal(file_read(&place->arena, place->directory, "record", 65536, &file), 0);
	for (size_t size = 0; size < file.size; size++) {
		char *part = malloc(size + 1); /* of its own, for the sanitizers to guard */

		memcpy(part, file.text, size);
		assert_int_equal(record_parse(&place->arena, part, size, &loaded), -EBADMSG);
		free(part);
	}
	assert_int_equal(file_replace(place->directory, "record", "", 0, 0600), 0);
	assert_int_equal(record_load(&place->arena, place->directory, &loaded), -EBADMSG);
	assert_non_null(strstr(error_text(), "'record'"));
}

/* Each is saved and refused when loaded. */
static void what_makes_no_sense_is_refused(void **state)
{
	static struct plan_cgroup_directory relative = { "/", "x", "", true };
	struct place *place = *state;
	struct record bad[4] = { sample, sample, sample, sample }, loaded;

	bad[0].pid = 0;
	bad[1].pid = -1;
	bad[2].bundle = "bundle";
	bad[3].cgroups = &relative;
	bad[3].cgroup_count = 1;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(record_save(place->directory, &bad[i]), 0);
		assert_int_equal(record_load(&place->arena, place->directory, &loaded), -EBADMSG);
	}
}

static void what_a_later_caisson_adds_is_skipped(void **state)
{
	static const char added[] = "\3new\4\0\0\0abcd";
	struct place *place = *state;
	struct file_text file;
	struct record loaded;
	char text[4096];

	assert_int_equal(record_save(place->directory, &sample), 0);
	assert_int_equal(
		file_read(&place->arena, place->directory, "record", sizeof(text) / 2, &file), 0);
	const char *body = strchr(file.text, '\n') + 1;
	size_t size = file.size - (size_t)(body - file.text);
	int head = snprintf(text, sizeof(text), "caisson record 1 %zu\n", size + sizeof(added) - 1);
	memcpy(text + head, added, sizeof(added) - 1);
	memcpy(text + head + sizeof(added) - 1, body, size);
	assert_int_equal(
		record_parse(&place->arena, text, (size_t)head + sizeof(added) - 1 + size, &loaded),
		0);
	assert_same(&sample, &loaded);
}

static void a_symlink_is_no_record(void **state)
{
	struct place *place = *state;
	struct record loaded;

	assert_int_equal(symlinkat("/etc/passwd", place->directory, "record"), 0);
	assert_int_equal(record_load(&place->arena, place->directory, &loaded), -ELOOP);
}

static void nothing_is_saved_in_a_removed_directory(void **state)
{
	struct place *place = *state;

	assert_int_equal(store_remove(place->scratch->root, "c", place->directory), 0);
	assert_int_equal(record_save(place->directory, &sample), -ENOENT);
}

static void the_configuration_is_kept(void **state)
{
	const struct spec_config config = { .oci_version = "1.0.0", .hostname = "h" };
	struct place *place = *state;
	const struct spec_config *spec;

	assert_int_equal(record_load_config(&place->arena, place->directory, &spec), -ENOENT);
	assert_int_equal(record_save_config(place->directory, &config), 0);
	assert_int_equal(record_load_config(&place->arena, place->directory, &spec), 0);
	assert_string_equal(spec->hostname, "h");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)
	const struct CMUnitTest tests[] = {
		TEST(what_is_saved_is_loaded),
		TEST(the_least_record_is_loaded),
		TEST(another_version_is_named),
		TEST(what_is_cut_off_is_refused),
		TEST(what_makes_no_sense_is_refused),
		TEST(what_a_later_caisson_adds_is_skipped),
		TEST(a_symlink_is_no_record),
		TEST(nothing_is_saved_in_a_removed_directory),
		TEST(the_configuration_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
