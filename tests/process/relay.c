/*
 * A relay in a session of its own: the test is the user in front of the outer terminal, the relay's
 * process is the runtime, and a function on the inner terminal is the container's program.
 */
#include "tests/process/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>

#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/process/terminal.h"

#define TIME_LIMIT 10000 /* ms that a step may take on a busy machine */

struct scene {
	void (*program)(void);
	bool in_session; /* the program leads a session on the inner terminal, as in a container */
	int input, output; /* of the runtime; -1: the outer terminal */
	int master, slave; /* outer */
	pid_t shell, runtime;
};

/* What the shell says where our terminal is not as it was. */
#define EXIT_MODES_CHANGED 99

static void open_pty(int *ret_master, int *ret_slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	child_check(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	*ret_slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	child_check(*ret_slave >= 0);
	*ret_master = master;
}

/* The relay comes first, as in a container: the program is let go by the end of the pipe. */
static void run_program(const struct scene *scene, int master, int slave, const int gate[2])
{
	char byte;

	child_check(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	(void)terminal_restore_signals();
	(void)close(master);
	if (scene->in_session) {
		child_check(setsid() > 0);
		child_check(terminal_take(slave) == 0);
	} else {
		for (int fd = 0; fd <= 2; fd++)
			child_check(dup2(slave, fd) == fd);
	}
	(void)close(gate[1]);
	child_check(read(gate[0], &byte, 1) == 0);
	(void)close_range(3, ~0U, 0);
	scene->program();
	_exit(0);
}

static void run_runtime(const struct scene *scene)
{
	struct terminal_relay *relay;
	int master, slave, pidfd, status, gate[2];

	child_check(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	child_check(dup2(scene->input < 0 ? scene->slave : scene->input, 0) == 0);
	child_check(dup2(scene->output < 0 ? scene->slave : scene->output, 1) == 1);
	(void)close_range(3, ~0U, 0);
	child_check(terminal_block_signals() == 0);
	open_pty(&master, &slave);
	child_check(pipe2(gate, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0)
		run_program(scene, master, slave, gate);
	child_check(close(slave) == 0);
	child_check(pidfd_make(pid, &pidfd) == 0);
	child_check(terminal_prepare(master) == 0);
	child_check(terminal_relay_start(master, &relay) == 0);
	child_check(close(gate[0]) == 0 && close(gate[1]) == 0);
	child_check(terminal_wait(relay, NULL, pidfd, &status) == 0);
	terminal_relay_done(relay);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Leads the outer session: were it the runtime, its end would reset the modes by a hangup. */
static void run_shell(const struct scene *scene, int report)
{
	struct termios before, after;
	sigset_t all;
	int status;

	/* A test that fails leaves nobody behind. */
	child_check(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	child_check(setsid() > 0 && ioctl(scene->slave, TIOCSCTTY, 0) == 0);
	child_check(sigfillset(&all) == 0 && sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	child_check(tcgetattr(scene->slave, &before) == 0);
	pid_t pid = fork();
	if (pid == 0)
		run_runtime(scene);
	child_check(write(report, &pid, sizeof(pid)) == sizeof(pid));
	child_check(close(report) == 0);
	if (scene->input >= 0)
		(void)close(scene->input);
	if (scene->output >= 0)
		(void)close(scene->output);
	child_check(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	child_check(tcgetattr(scene->slave, &after) == 0);
	if (before.c_lflag != after.c_lflag || before.c_iflag != after.c_iflag ||
		before.c_oflag != after.c_oflag || before.c_cflag != after.c_cflag)
		_exit(EXIT_MODES_CHANGED);
	_exit(WEXITSTATUS(status));
}

static void scene_start(struct scene *scene)
{
	const struct winsize size = { .ws_row = 33, .ws_col = 99 };
	int report[2];

	open_pty(&scene->master, &scene->slave);
	assert_int_equal(ioctl(scene->master, TIOCSWINSZ, &size), 0);
	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	scene->shell = fork();
	assert_true(scene->shell >= 0);
	if (scene->shell == 0)
		run_shell(scene, report[1]);
	assert_int_equal(close(report[1]), 0);
	assert_int_equal(read(report[0], &scene->runtime, sizeof(pid_t)), sizeof(scene->runtime));
	assert_int_equal(close(report[0]), 0);
}

/* Reads until the text has come; what came before and with it is in buffer. */
static void await_text(int fd, const char *text, char *buffer, size_t size)
{
	size_t length = 0;

	buffer[0] = '\0';
	while (!strstr(buffer, text)) {
		struct pollfd item = { .fd = fd, .events = POLLIN };

		assert_int_equal(poll(&item, 1, TIME_LIMIT), 1);
		ssize_t count = read(fd, buffer + length, size - 1 - length);
		assert_true(count > 0);
		length += (size_t)count;
		buffer[length] = '\0';
	}
}

/* Its exit status; fails where it does not end. */
static int scene_end(struct scene *scene)
{
	int pidfd, status, code;

	assert_int_equal(pidfd_make(scene->shell, &pidfd), 0);
	code = pidfd_await(pidfd, TIME_LIMIT);
	if (code < 0) {
		(void)kill(scene->runtime, SIGKILL);
		(void)kill(scene->shell, SIGKILL);
	}
	assert_int_equal(waitpid(scene->shell, &status, 0), scene->shell);
	assert_int_equal(code, 0);
	assert_int_equal(close(pidfd), 0);
	assert_int_equal(close(scene->master), 0);
	assert_int_equal(close(scene->slave), 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* ---- programs ----------------------------------------------------------------------- */

static void put(const char *text)
{
	child_check(write(1, text, strlen(text)) == (ssize_t)strlen(text));
}

static void program_echoes(void)
{
	char line[64], answer[80];

	put("ready\n");
	ssize_t count = read(0, line, sizeof(line) - 1);
	child_check(count > 0);
	line[count] = '\0';
	(void)snprintf(answer, sizeof(answer), "got:%s", line);
	put(answer);
	_exit(5);
}

#define LINES 60000

static void program_writes_much(void)
{
	char line[16];

	for (int i = 0; i < LINES; i++) {
		(void)snprintf(line, sizeof(line), "%06d\n", i);
		put(line);
	}
	_exit(6);
}

static void program_follows_size(void)
{
	struct winsize size;
	char text[64];
	sigset_t set;
	int signal;

	child_check(sigemptyset(&set) == 0 && sigaddset(&set, SIGWINCH) == 0);
	child_check(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	for (int i = 0; i < 2; i++) {
		child_check(ioctl(0, TIOCGWINSZ, &size) == 0);
		(void)snprintf(text, sizeof(text), "<%dx%d>\n", size.ws_row, size.ws_col);
		put(text);
		if (i == 0)
			child_check(sigwait(&set, &signal) == 0);
	}
}

static void exit_seven(int signal)
{
	(void)signal;
	_exit(7);
}

static void program_waits_for_signal(void)
{
	child_check(signal(SIGUSR1, exit_seven) != SIG_ERR);
	put("ready\n");
	for (;;)
		(void)pause();
}

/* As systemd: closes its terminal, and opens it again when it has something to say. */
static void program_leaves_its_terminal(void)
{
	char name[64];
	int error = open("/dev/null", O_RDWR | O_CLOEXEC);

	child_check(ttyname_r(0, name, sizeof(name)) == 0);
	put("ready\n");
	for (int fd = 0; fd <= 2; fd++)
		child_check(dup2(error, fd) == fd);
	(void)usleep(600000);
	child_check(close(1) == 0 && open(name, O_RDWR | O_NOCTTY) == 1);
	put("back\n");
	(void)usleep(300000);
	_exit(8);
}

/* The same, with something to read then. */
static void program_comes_back_to_read(void)
{
	char name[64], line[64], answer[80];
	int error = open("/dev/null", O_RDWR | O_CLOEXEC);

	child_check(ttyname_r(0, name, sizeof(name)) == 0);
	put("ready\n");
	for (int fd = 0; fd <= 2; fd++)
		child_check(dup2(error, fd) == fd);
	(void)usleep(600000);
	for (int fd = 0; fd <= 1; fd++)
		child_check(close(fd) == 0 && open(name, O_RDWR | O_NOCTTY) == fd);
	ssize_t count = read(0, line, sizeof(line) - 1);
	child_check(count > 0);
	line[count] = '\0';
	(void)snprintf(answer, sizeof(answer), "got:%s", line);
	put(answer);
	_exit(11);
}

static void program_leaves_a_writer(void)
{
	if (fork() == 0) {
		for (;;)
			put("noise\n");
	}
	put("ready\n");
	_exit(9);
}

static void program_leaves_a_holder(void)
{
	if (fork() == 0) {
		(void)sleep(30);
		_exit(0);
	}
	put("ready\n");
	_exit(10);
}

/* ---- tests -------------------------------------------------------------------------- */

static void relays_both_ways(void **state)
{
	struct scene scene = { program_echoes, true, -1, -1 };
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "ready\r\n", text, sizeof(text));
	assert_int_equal(write(scene.master, "hello\r", 6), 6);
	await_text(scene.master, "got:hello", text, sizeof(text));
	assert_int_equal(scene_end(&scene), 5);
}

/* That they are restored, the shell looks at after each of these scenes. */
static void modes_are_raw_meanwhile(void **state)
{
	struct scene scene = { program_echoes, true, -1, -1 };
	struct termios modes;
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	assert_int_equal(tcgetattr(scene.slave, &modes), 0);
	assert_false(modes.c_lflag & (ICANON | ECHO | ISIG));
	assert_true(modes.c_oflag & OPOST);
	assert_int_equal(write(scene.master, "x\r", 2), 2);
	assert_int_equal(scene_end(&scene), 5);
}

/* It would end us without a word to our terminal, were it not meant for the container. */
static void hangup_is_a_way_out_like_others(void **state)
{
	struct scene scene = { program_waits_for_signal, true, -1, -1 };
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	assert_int_equal(kill(scene.runtime, SIGHUP), 0);
	assert_int_equal(scene_end(&scene), 128 + SIGHUP);
}

static void control_c_is_the_containers(void **state)
{
	struct scene scene = { program_waits_for_signal, true, -1, -1 };
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	assert_int_equal(write(scene.master, "\003", 1), 1);
	assert_int_equal(scene_end(&scene), 128 + SIGINT);
}

static void signals_go_to_the_container(void **state)
{
	struct scene scene = { program_waits_for_signal, true, -1, -1 };
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	assert_int_equal(kill(scene.runtime, SIGUSR1), 0);
	assert_int_equal(scene_end(&scene), 7);
}

static void size_follows_ours(void **state)
{
	struct scene scene = { program_follows_size, true, -1, -1 };
	const struct winsize size = { .ws_row = 44, .ws_col = 55 };
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "<33x99>", text, sizeof(text));
	assert_int_equal(ioctl(scene.master, TIOCSWINSZ, &size), 0);
	await_text(scene.master, "<44x55>", text, sizeof(text));
	assert_int_equal(scene_end(&scene), 0);
}

/* All of it, in order, without "\r\n", though the reader is slow and the program long gone. */
static void assert_much(int fd, struct scene *scene)
{
	char buffer[5000], line[32];
	size_t seen = 0;
	ssize_t count;

	(void)usleep(300000);
	while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < count; i++, seen++) {
			(void)snprintf(line, sizeof(line), "%06zu\n", seen / 7);
			assert_int_equal(buffer[i], line[seen % 7]);
		}
		(void)usleep(500);
	}
	assert_int_equal(seen, LINES * 7);
	assert_int_equal(scene_end(scene), 6);
}

static void nothing_is_lost_to_a_slow_pipe(void **state)
{
	struct scene scene = { program_writes_much, true, -1, -1 };
	int pipes[2], null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	scene.input = null;
	scene.output = pipes[1];
	scene_start(&scene);
	assert_int_equal(close(pipes[1]), 0);
	assert_much(pipes[0], &scene);
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(close(null), 0);
}

static void nothing_is_lost_to_a_slow_socket(void **state)
{
	struct scene scene = { program_writes_much, true, -1, -1 };
	int sockets[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	scene.output = sockets[1];
	scene_start(&scene);
	assert_int_equal(close(sockets[1]), 0);
	assert_much(sockets[0], &scene);
	assert_int_equal(close(sockets[0]), 0);
}

static void our_stdio_keeps_its_flags(void **state)
{
	struct scene scene = { program_echoes, true, -1, -1 };
	int pipes[2];
	char text[256];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	scene.output = pipes[1];
	scene_start(&scene);
	await_text(pipes[0], "ready", text, sizeof(text));
	/* They are shared with a shell, which does not expect EAGAIN. */
	assert_false(fcntl(pipes[1], F_GETFL) & O_NONBLOCK);
	assert_false(fcntl(scene.slave, F_GETFL) & O_NONBLOCK);
	assert_int_equal(write(scene.master, "x\r", 2), 2);
	assert_int_equal(scene_end(&scene), 5);
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(close(pipes[1]), 0);
}

/* tty.bats: stdin is /dev/null, the size comes from /dev/tty all the same. */
static void works_without_stdin(void **state)
{
	struct scene scene = { program_waits_for_signal, true, -1, -1 };
	struct termios modes;
	char text[256];

	(void)state;
	scene.input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	/* ^C must still be ours, as nobody reads it for the container. */
	assert_int_equal(tcgetattr(scene.slave, &modes), 0);
	assert_true(modes.c_lflag & ISIG);
	assert_int_equal(write(scene.master, "\003", 1), 1);
	assert_int_equal(scene_end(&scene), 128 + SIGINT);
	assert_int_equal(close(scene.input), 0);
}

static void a_vanished_reader_stops_nobody(void **state)
{
	struct scene scene = { program_writes_much, true, -1, -1 };
	int pipes[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	scene.output = pipes[1];
	assert_int_equal(close(pipes[0]), 0);
	scene_start(&scene);
	assert_int_equal(close(pipes[1]), 0);
	assert_int_equal(scene_end(&scene), 6);
}

/* It waits for the reader, as without us; but whoever asks it to stop is heard. */
static void a_reader_that_never_reads_can_be_left(void **state)
{
	struct scene scene = { program_writes_much, true, -1, -1 };
	int pipes[2], status;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	scene.output = pipes[1];
	scene_start(&scene);
	(void)usleep(300000);
	assert_int_equal(waitpid(scene.shell, &status, WNOHANG), 0);
	/* Once for the program, once for the relay. */
	assert_int_equal(kill(scene.runtime, SIGTERM), 0);
	(void)usleep(300000);
	assert_int_equal(waitpid(scene.shell, &status, WNOHANG), 0);
	assert_int_equal(kill(scene.runtime, SIGTERM), 0);
	assert_int_equal(scene_end(&scene), 128 + SIGTERM);
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(close(pipes[1]), 0);
}

/* What a killed program had still to say is not worth to be stuck for. */
static void a_killed_program_is_told_though_nobody_reads(void **state)
{
	struct scene scene = { program_writes_much, true, -1, -1 };
	int pipes[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	scene.output = pipes[1];
	scene_start(&scene);
	(void)usleep(300000);
	assert_int_equal(kill(scene.runtime, SIGTERM), 0);
	assert_int_equal(scene_end(&scene), 128 + SIGTERM);
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(close(pipes[1]), 0);
}

static void what_is_typed_for_a_closed_terminal_is_kept(void **state)
{
	struct scene scene = { program_comes_back_to_read, true, -1, -1 };
	char text[256];

	(void)state;
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	(void)usleep(200000);
	assert_int_equal(write(scene.master, "early\r", 6), 6);
	await_text(scene.master, "got:early", text, sizeof(text));
	assert_int_equal(scene_end(&scene), 11);
}

static void a_closed_terminal_is_no_end_and_no_busy_loop(void **state)
{
	struct scene scene = { program_leaves_its_terminal, true, -1, -1 };
	struct rusage before, after;
	char text[256];

	(void)state;
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &before), 0);
	scene_start(&scene);
	await_text(scene.master, "ready", text, sizeof(text));
	await_text(scene.master, "back", text, sizeof(text));
	assert_int_equal(scene_end(&scene), 8);
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &after), 0);
	long used = (after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
			    before.ru_stime.tv_sec) *
			    1000 +
		    (after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
			    before.ru_stime.tv_usec) /
			    1000;
	assert_true(used < 300);
}

static void what_is_left_behind_does_not_hold_us(void **state)
{
	struct scene writer = { program_leaves_a_writer, false, -1, -1 };
	struct scene holder = { program_leaves_a_holder, false, -1, -1 };
	char text[256];

	(void)state;
	scene_start(&holder);
	await_text(holder.master, "ready", text, sizeof(text));
	assert_int_equal(scene_end(&holder), 10);
	writer.output = open("/dev/null", O_WRONLY | O_CLOEXEC);
	scene_start(&writer);
	assert_int_equal(scene_end(&writer), 9);
	assert_int_equal(close(writer.output), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relays_both_ways),
		cmocka_unit_test(modes_are_raw_meanwhile),
		cmocka_unit_test(hangup_is_a_way_out_like_others),
		cmocka_unit_test(control_c_is_the_containers),
		cmocka_unit_test(signals_go_to_the_container),
		cmocka_unit_test(size_follows_ours),
		cmocka_unit_test(nothing_is_lost_to_a_slow_pipe),
		cmocka_unit_test(nothing_is_lost_to_a_slow_socket),
		cmocka_unit_test(our_stdio_keeps_its_flags),
		cmocka_unit_test(works_without_stdin),
		cmocka_unit_test(a_vanished_reader_stops_nobody),
		cmocka_unit_test(a_reader_that_never_reads_can_be_left),
		cmocka_unit_test(a_killed_program_is_told_though_nobody_reads),
		cmocka_unit_test(what_is_typed_for_a_closed_terminal_is_kept),
		cmocka_unit_test(a_closed_terminal_is_no_end_and_no_busy_loop),
		cmocka_unit_test(what_is_left_behind_does_not_hold_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
