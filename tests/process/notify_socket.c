#include "libcontainer/process/notify_socket.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/datagram.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/kernel/socket.h"
#include "tests/process/child.h"
#include "tests/scratch.h"

/* The container's side, the service manager's, and the relay between them. */
struct scene {
	char address[128];
	int manager, socket, container;
	struct notify_relay relay;
};

static void scene_begin(struct scene *scene, struct scratch *scratch)
{
	char path[128];

	(void)snprintf(scene->address, sizeof(scene->address), "%s/manager", scratch->path);
	(void)snprintf(path, sizeof(path), "%s/container", scratch->path);
	assert_int_equal(datagram_bind(scratch->dir, "manager", &scene->manager), 0);
	assert_int_equal(datagram_bind(scratch->dir, "container", &scene->socket), 0);
	assert_int_equal(datagram_connect(path, &scene->container), 0);
	assert_int_equal(notify_begin(&scene->socket, scene->address, 4321, &scene->relay), 0);
	assert_int_equal(scene->socket, -EBADF);
}

static void scene_end(struct scene *scene)
{
	notify_end(&scene->relay);
	fd_close(&scene->manager);
	fd_close(&scene->container);
	/* No receiver is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void step(struct notify_relay *relay)
{
	struct pollfd item = notify_poll(relay);

	assert_int_equal(poll(&item, 1, 5000), 1);
	notify_step(relay, item.revents);
}

/* The next message, and the descriptor that came with it. */
static void expect(const struct scene *scene, const char *text, int *ret_fd)
{
	char data[128] = { 0 };
	size_t count = 1;
	int fd = -EBADF;

	assert_int_equal(
		socket_receive(scene->manager, data, sizeof(data) - 1, &fd, &count), strlen(text));
	assert_string_equal(data, text);
	assert_int_equal(count, ret_fd ? 1 : 0);
	if (ret_fd)
		*ret_fd = fd;
}

static void say(const struct scene *scene, const char *text)
{
	assert_int_equal(send(scene->container, text, strlen(text), 0), strlen(text));
}

static void ready_is_a_line(void **state)
{
	static const char *const yes[] = { "READY=1", "READY=1\n", "A=B\nREADY=1", "\nREADY=1\nX",
		"READY=0\nREADY=1" };
	static const char *const no[] = { "", "\n", "READY=", "READY=10", " READY=1", "READY=1 ",
		"XREADY=1", "READY=1\r", "READY", "MAINPID=1\nREADY=\n1" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		assert_true(notify_is_ready(yes[i], strlen(yes[i])));
	for (size_t i = 0; i < COUNT_OF(no); i++)
		assert_false(notify_is_ready(no[i], strlen(no[i])));
	/* The size counts, and a NUL is a character. */
	assert_false(notify_is_ready("READY=1", 6));
	assert_false(notify_is_ready("READY=1\0", 8));
	assert_true(notify_is_ready("\0\nREADY=1", 9));
}

static void ready_is_told_once_with_a_barrier(void **state)
{
	struct scene scene;
	auto_close int barrier = -EBADF;

	scene_begin(&scene, *state);
	say(&scene, "STATUS=x");
	say(&scene, "READY=1\nMAINPID=1");
	step(&scene.relay);
	expect(&scene, "READY=1\nMAINPID=4321\n", NULL);
	expect(&scene, "BARRIER=1", &barrier);
	assert_false(scene.relay.over);
	assert_true(notify_timeout(&scene.relay) > 20000);
	/* Nothing to wait for but the barrier. */
	struct pollfd item = notify_poll(&scene.relay);
	assert_int_equal(poll(&item, 1, 0), 0);
	fd_close(&barrier);
	step(&scene.relay);
	assert_true(scene.relay.over);
	say(&scene, "READY=1");
	scene_end(&scene);
}

/* What a barrier behind READY=1 waits for is the service manager. */
static void messages_behind_it_wait_for_the_barrier(void **state)
{
	struct scene scene;
	auto_close int barrier = -EBADF;
	int ends[2];

	scene_begin(&scene, *state);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	say(&scene, "READY=1");
	assert_int_equal(socket_send(scene.container, "BARRIER=1", 9, &ends[1], 1), 0);
	fd_close(&ends[1]);
	step(&scene.relay);
	expect(&scene, "READY=1\nMAINPID=4321\n", NULL);
	expect(&scene, "BARRIER=1", &barrier);
	struct pollfd item = { .fd = ends[0] };
	assert_int_equal(poll(&item, 1, 100), 0);
	fd_close(&barrier);
	step(&scene.relay);
	assert_int_equal(poll(&item, 1, 5000), 1);
	fd_close(&ends[0]);
	scene_end(&scene);
}

static void senders_are_never_kept_waiting(void **state)
{
	struct scene scene;

	scene_begin(&scene, *state);
	/* Blocking, and more than a queue holds. */
	for (int i = 0; i < 5000; i++)
		say(&scene, "STATUS=x");
	scene_end(&scene);
}

static void a_barrier_has_a_time_limit(void **state)
{
	struct scene scene;

	scene_begin(&scene, *state);
	say(&scene, "READY=1");
	step(&scene.relay);
	notify_step(&scene.relay, 0);
	assert_false(scene.relay.over);
	scene.relay.barrier_end = 0;
	assert_int_equal(notify_timeout(&scene.relay), 0);
	notify_step(&scene.relay, 0);
	assert_true(scene.relay.over);
	scene_end(&scene);
}

static void the_end_of_the_container_ends_the_wait(void **state)
{
	struct scene scene;
	auto_close int pidfd = -EBADF;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	assert_int_equal(pidfd_make(pid, &pidfd), 0);
	scene_begin(&scene, *state);
	assert_int_equal(notify_wait(&scene.relay, pidfd), 0);
	assert_int_equal(pidfd_reap(pidfd, &status), 0);
	/* Said before its end, and not lost; there is no main process. */
	say(&scene, "READY=1");
	notify_end(&scene.relay);
	expect(&scene, "READY=1\n", NULL);
	scene_end(&scene);
}

static void a_receiver_that_hangs_is_killed(void **state)
{
	struct scene scene;

	scene_begin(&scene, *state);
	assert_int_equal(pidfd_signal(scene.relay.pidfd, SIGSTOP), 0);
	say(&scene, "READY=1");
	scene_end(&scene);
}

static void a_receiver_that_was_killed_ends_it(void **state)
{
	struct scene scene;

	scene_begin(&scene, *state);
	assert_int_equal(pidfd_signal(scene.relay.pidfd, SIGKILL), 0);
	step(&scene.relay);
	assert_true(scene.relay.over);
	scene_end(&scene);
}

static void without_a_service_manager_it_is_over(void **state)
{
	struct scratch *scratch = *state;
	struct notify_relay relay;
	int socket = -EBADF;

	assert_int_equal(datagram_bind(scratch->dir, "container", &socket), 0);
	assert_int_equal(notify_begin(&socket, "/nonesuch/socket", 1, &relay), 0);
	assert_int_equal(socket, -EBADF);
	assert_true(relay.over);
	assert_int_equal(notify_poll(&relay).fd, -1);
	assert_int_equal(notify_timeout(&relay), -1);
	assert_int_equal(notify_wait(&relay, -EBADF), 0);
	notify_end(&relay);
}

/* Descriptors of ours that the receiver would hold open. */
static void the_receiver_has_its_own_descriptors_alone(void **state)
{
	struct scene scene;
	int ends[2];
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	scene_begin(&scene, *state);
	fd_close(&ends[1]);
	struct pollfd item = { .fd = ends[0] };
	assert_int_equal(poll(&item, 1, 5000), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	fd_close(&ends[0]);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_is_a_line),
		scratch_test(ready_is_told_once_with_a_barrier),
		scratch_test(messages_behind_it_wait_for_the_barrier),
		scratch_test(senders_are_never_kept_waiting),
		scratch_test(a_barrier_has_a_time_limit),
		scratch_test(the_end_of_the_container_ends_the_wait),
		scratch_test(a_receiver_that_hangs_is_killed),
		scratch_test(a_receiver_that_was_killed_ends_it),
		scratch_test(without_a_service_manager_it_is_over),
		scratch_test(the_receiver_has_its_own_descriptors_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
