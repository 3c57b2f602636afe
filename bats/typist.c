/*
 * typist - somebody in front of a terminal: runs a command on a pty of its own, types, reads, makes
 * the window larger, looks away, hangs up.
 *
 * usage: typist [-b] [-r REPORT] [-s ROWSxCOLUMNS] [ACTION...] -- COMMAND [ARGUMENT...]
 *
 *   -b          the terminal hands on each byte as it is: without it, "\n" is "\r\n" when it comes
 *   -r REPORT   a file that gets, when all is over, a line "KEY VALUE" each of
 *                   status  the command's exit status, or 128 and the number of its signal
 *                   modes   "same" or "changed": the terminal's, compared to those before
 *                   cpu     ms of processor time of the command's process alone
 *                   wall    ms from its start to its end
 *   -s          the size of the window (40x100)
 *
 * ACTIONs are done one after the other.  Until the command has ended, what it prints is read all
 * the time and printed here.
 *
 *   await TEXT      until TEXT is printed, behind what the last one found
 *   type TEXT       \n, \r and \NNN (octal) in TEXT are understood
 *   resize SIZE     ROWSxCOLUMNS
 *   kill SIGNAL     by number; sent to the command's process
 *   await-file FILE until there is one with something in it
 *   sleep MS
 *   pump COUNT      type COUNT bytes of a fixed noise, and read the same bytes meanwhile: "pumped"
 *                   is printed for them, and the first that differs is an error
 *   deaf, hear      stop and go on reading
 *   raw, cooked     until the terminal is so
 *   stopped         until the command's process is stopped
 *   back, front     put the command in the background, and to the front: it gets SIGCONT as by "fg"
 *   hangup          the window is closed: SIGHUP for the command, and no terminal any more
 *
 * The command leads a process group of the session, as a shell starts it.  The exit status is its,
 * or 125 where an action failed; nothing takes longer than TYPIST_PATIENCE seconds (20) on its own,
 * and the command is killed when one does.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define FAILED 125

static struct {
	int master, slave;
	pid_t command;
	bool deaf, over; /* over: nothing will be printed any more */
	int patience;    /* ms */
	/* What was printed, for `await`: as much as it looks back. */
	char seen[65536];
	size_t seen_size;
} typist = { .master = -1, .slave = -1 };

static _Noreturn void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)fflush(stdout);
	(void)fputs("typist: ", stderr);
	(void)vfprintf(stderr, format, arguments);
	(void)fputc('\n', stderr);
	va_end(arguments);
	if (typist.command > 0)
		(void)kill(typist.command, SIGKILL);
	exit(FAILED);
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* ---- reading ------------------------------------------------------------------------ */

static void remember(const char *data, size_t size)
{
	const size_t room = sizeof(typist.seen) - 1;

	if (typist.seen_size + size > room) {
		size_t keep = typist.seen_size > room / 2 ? room / 2 : typist.seen_size;

		memmove(typist.seen, typist.seen + typist.seen_size - keep, keep);
		typist.seen_size = keep;
	}
	memcpy(typist.seen + typist.seen_size, data, size);
	typist.seen_size += size;
}

/* Reads what there is; returns how much, after waiting for at most so many ms. */
static size_t listen_for(char *data, size_t size, int timeout)
{
	struct pollfd item = { .fd = typist.deaf || typist.over ? -1 : typist.master,
		.events = POLLIN };

	if (poll(&item, 1, timeout) <= 0)
		return 0;
	ssize_t count = read(typist.master, data, size);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* Our own slave keeps the terminal open as long as it has not been hung up. */
	if (count <= 0)
		typist.over = true;
	return count > 0 ? (size_t)count : 0;
}

static size_t listen_and_print(int timeout)
{
	char data[8192];
	size_t count = listen_for(data, sizeof(data), timeout);

	if (count == 0)
		return 0;
	remember(data, count);
	(void)fwrite(data, 1, count, stdout);
	(void)fflush(stdout);
	return count;
}

/* ---- actions ------------------------------------------------------------------------ */

static bool has_ended(void)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)typist.command, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0;
}

static void await(const char *text)
{
	int64_t end = now() + typist.patience;
	bool ended = false;

	for (;;) {
		char *found = memmem(typist.seen, typist.seen_size, text, strlen(text));

		if (found) {
			size_t used = (size_t)(found - typist.seen) + strlen(text);

			typist.seen_size -= used;
			memmove(typist.seen, typist.seen + used, typist.seen_size);
			return;
		}
		if (now() > end)
			die("await '%s': it does not come", text);
		if (listen_and_print(20) > 0)
			continue;
		/* Looked for once more behind its end. */
		if (ended)
			die("await '%s': the command has ended", text);
		ended = has_ended();
	}
}

/* \n, \r, \\ and \NNN, in place; returns the length. */
static size_t unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		if (*from != '\\' || !from[1]) {
			*to++ = *from++;
			continue;
		}
		from++;
		if (*from >= '0' && *from <= '7') {
			int value = 0;

			for (int i = 0; i < 3 && *from >= '0' && *from <= '7'; i++)
				value = value * 8 + (*from++ - '0');
			*to++ = (char)value;
			continue;
		}
		*to++ = *from == 'n' ? '\n' : *from == 'r' ? '\r' : *from;
		from++;
	}
	return (size_t)(to - text);
}

static void type(const char *data, size_t size)
{
	int64_t end = now() + typist.patience;

	while (size > 0) {
		ssize_t count = write(typist.master, data, size);

		if (count < 0 && errno != EAGAIN)
			die("type: %s", strerror(errno));
		if (count > 0) {
			data += count;
			size -= (size_t)count;
			continue;
		}
		if (now() > end)
			die("type: nobody reads it");
		(void)listen_and_print(20);
	}
}

/* Noise that both sides of `pump` make for themselves: xorshift, a byte at a time. */
struct noise {
	uint64_t state;
};

static void noise_fill(struct noise *noise, unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		noise->state ^= noise->state << 13;
		noise->state ^= noise->state >> 7;
		noise->state ^= noise->state << 17;
		data[i] = (unsigned char)(noise->state >> 24);
	}
}

#define SEED 0x9e3779b97f4a7c15U

static void pump(unsigned long long total)
{
	struct noise out = { SEED }, in = { SEED };
	unsigned char sending[4096], coming[8192], wanted[8192];
	unsigned long long sent = 0, came = 0;
	size_t start = 0, end = 0;
	int64_t moved = now();

	while (came < total) {
		struct pollfd item = { .fd = typist.master,
			.events = sent < total ? POLLIN | POLLOUT : POLLIN };

		if (poll(&item, 1, 100) < 0 || now() - moved > typist.patience)
			die("pump: stuck after %llu bytes typed and %llu read", sent, came);
		if (start == end && sent < total) {
			start = 0;
			end = total - sent < sizeof(sending) ? (size_t)(total - sent)
							     : sizeof(sending);
			noise_fill(&out, sending, end);
		}
		ssize_t count = item.revents & POLLOUT && start < end
					? write(typist.master, sending + start, end - start)
					: 0;
		if (count > 0) {
			start += (size_t)count;
			sent += (unsigned long long)count;
			moved = now();
		}
		if (!(item.revents & (POLLIN | POLLHUP)))
			continue;
		size_t got = listen_for((char *)coming, sizeof(coming), 0);
		noise_fill(&in, wanted, got);
		for (size_t i = 0; i < got; i++)
			if (came + i >= total || coming[i] != wanted[i])
				die("pump: byte %llu is %02x, not %02x", came + i, coming[i],
					wanted[i]);
		came += got;
		if (got > 0)
			moved = now();
	}
	(void)printf("pumped\n");
}

static void resize(const char *size)
{
	struct winsize window = { 0 };

	if (sscanf(size, "%hux%hu", &window.ws_row, &window.ws_col) != 2)
		die("a size is ROWSxCOLUMNS, not '%s'", size);
	if (ioctl(typist.master, TIOCSWINSZ, &window) < 0)
		die("resize: %s", strerror(errno));
}

static bool has_content(const char *path)
{
	struct stat stats;

	return stat(path, &stats) == 0 && stats.st_size > 0;
}

static bool is_raw(void)
{
	struct termios modes;

	if (tcgetattr(typist.slave, &modes) < 0)
		die("look at the terminal's modes: %s", strerror(errno));
	return !(modes.c_lflag & (ICANON | ISIG | ECHO));
}

static bool is_stopped(void)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)typist.command, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid != 0;
}

static bool has_happened(const char *what, const char *value)
{
	if (strcmp(what, "await-file") == 0)
		return has_content(value);
	if (strcmp(what, "stopped") == 0)
		return is_stopped();
	return is_raw() == (strcmp(what, "raw") == 0);
}

static void wait_for(const char *what, const char *value)
{
	int64_t end = now() + typist.patience;

	while (!has_happened(what, value)) {
		if (now() > end)
			die("%s: that does not happen", what);
		(void)listen_and_print(10);
	}
}

static void pass(int milliseconds)
{
	int64_t end = now() + milliseconds;

	for (int64_t left = milliseconds; left > 0; left = end - now())
		(void)listen_and_print((int)left);
}

/* As a shell does it: the terminal's own SIGHUP is for the leader of the session alone. */
static void hang_up(void)
{
	(void)kill(-typist.command, SIGHUP);
	(void)kill(-typist.command, SIGCONT);
	(void)close(typist.slave);
	(void)close(typist.master);
	typist.slave = typist.master = -1;
	typist.over = true;
}

static void signal_command(int signal)
{
	if (kill(typist.command, signal) < 0)
		die("kill %d: %s", signal, strerror(errno));
}

static void put_in_front(pid_t group)
{
	if (tcsetpgrp(typist.slave, group) < 0)
		die("change who is in front: %s", strerror(errno));
}

/* Whether it has no value behind it. */
static bool act_alone(const char *action)
{
	if (strcmp(action, "deaf") == 0 || strcmp(action, "hear") == 0) {
		typist.deaf = action[0] == 'd';
	} else if (strcmp(action, "hangup") == 0) {
		hang_up();
	} else if (strcmp(action, "back") == 0) {
		put_in_front(getpgrp());
	} else if (strcmp(action, "front") == 0) {
		put_in_front(typist.command);
		signal_command(SIGCONT);
	} else if (strcmp(action, "raw") == 0 || strcmp(action, "cooked") == 0 ||
		   strcmp(action, "stopped") == 0) {
		wait_for(action, NULL);
	} else {
		return false;
	}
	return true;
}

static void act(const char *action, char *value)
{
	if (strcmp(action, "await") == 0)
		await(value);
	else if (strcmp(action, "type") == 0)
		type(value, unescape(value));
	else if (strcmp(action, "resize") == 0)
		resize(value);
	else if (strcmp(action, "kill") == 0)
		signal_command(atoi(value));
	else if (strcmp(action, "await-file") == 0)
		wait_for(action, value);
	else if (strcmp(action, "sleep") == 0)
		pass(atoi(value));
	else if (strcmp(action, "pump") == 0)
		pump(strtoull(value, NULL, 10));
	else
		die("unknown action '%s'", action);
}

static void act_all(char **actions)
{
	for (; strcmp(*actions, "--") != 0; actions++) {
		if (act_alone(*actions))
			continue;
		if (strcmp(actions[1], "--") == 0)
			die("'%s' wants a value", *actions);
		act(actions[0], actions[1]);
		actions++;
	}
}

/* ---- the command -------------------------------------------------------------------- */

/* The modes that it finds. */
static void modes_prepare(bool binary, struct termios *ret_modes)
{
	if (tcgetattr(typist.slave, ret_modes) < 0)
		die("look at the terminal's modes: %s", strerror(errno));
	if (binary)
		ret_modes->c_oflag = 0;
	if (tcsetattr(typist.slave, TCSANOW, ret_modes) < 0)
		die("set the terminal's modes: %s", strerror(errno));
}

static void command_start(char **words)
{
	sigset_t none;

	typist.command = fork();
	if (typist.command < 0)
		die("fork: %s", strerror(errno));
	if (typist.command > 0) {
		(void)setpgid(typist.command, typist.command);
		return;
	}
	(void)setpgid(0, 0);
	/* SIGTTOU is ignored until here. */
	(void)tcsetpgrp(typist.slave, getpid());
	for (int number = 1; number <= SIGRTMAX; number++)
		(void)signal(number, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 0; fd <= 2; fd++)
		(void)dup2(typist.slave, fd);
	(void)execvp(words[0], words);
	(void)fprintf(stderr, "typist: %s: %s\n", words[0], strerror(errno));
	_exit(FAILED);
}

/* Of a process that has ended and was not waited for: its own time, without its children's. */
static long processor_time(void)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", typist.command);
	FILE *file = fopen(path, "re");
	if (!file)
		die("%s: %s", path, strerror(errno));
	size_t size = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[size] = '\0';
	/* Behind the name, which ends at the last ')': utime and stime are the fields 14 and 15. */
	const char *fields = strrchr(text, ')');
	if (!fields || sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			       &user, &system) != 2)
		die("%s is malformed", path);
	return (long)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

static bool modes_are_same(const struct termios *before)
{
	struct termios after;

	return tcgetattr(typist.slave, &after) == 0 && after.c_iflag == before->c_iflag &&
	       after.c_oflag == before->c_oflag && after.c_cflag == before->c_cflag &&
	       after.c_lflag == before->c_lflag &&
	       memcmp(after.c_cc, before->c_cc, sizeof(after.c_cc)) == 0;
}

static void report(const char *path, int status, const struct termios *before, long times[2])
{
	FILE *file = fopen(path, "we");

	if (!file)
		die("%s: %s", path, strerror(errno));
	(void)fprintf(file, "status %d\nmodes %s\ncpu %ld\nwall %ld\n", status,
		typist.slave >= 0 && modes_are_same(before) ? "same" : "changed", times[0],
		times[1]);
	if (fclose(file) != 0)
		die("%s: %s", path, strerror(errno));
}

/* Waits for its end; returns its status, and what came until then is printed. */
static int command_end(long *ret_time)
{
	int64_t end = now() + typist.patience;
	int status;

	while (!has_ended()) {
		if (now() > end)
			die("the command does not end");
		(void)listen_and_print(10);
	}
	*ret_time = processor_time();
	typist.deaf = false;
	while (listen_and_print(50) > 0)
		continue;
	if (waitpid(typist.command, &status, 0) < 0)
		die("wait: %s", strerror(errno));
	typist.command = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the terminal ------------------------------------------------------------------- */

static void terminal_open(void)
{
	typist.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (typist.master < 0 || grantpt(typist.master) < 0 || unlockpt(typist.master) < 0)
		die("open a pty: %s", strerror(errno));
	typist.slave = ioctl(typist.master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (typist.slave < 0)
		die("open a pty: %s", strerror(errno));
}

/* A process that can lead a session; it ends with us. */
static void session_start(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid > 0) {
		if (waitpid(pid, &status, 0) < 0)
			die("wait: %s", strerror(errno));
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : FAILED);
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGTTOU, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	if (setsid() < 0 || ioctl(typist.slave, TIOCSCTTY, 0) < 0)
		die("start a session: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	const char *report_path = NULL, *size = "40x100", *patience = getenv("TYPIST_PATIENCE");
	struct termios before;
	long times[2] = { 0, 0 };
	bool binary = false;
	int option, words = 1;

	while ((option = getopt(argc, argv, "+br:s:")) != -1) {
		if (option == 'b')
			binary = true;
		else if (option == 'r')
			report_path = optarg;
		else if (option == 's')
			size = optarg;
		else
			return FAILED;
	}
	/* getopt(3) passes by a "--" that follows the options at once. */
	char **actions = argv + optind - (strcmp(argv[optind - 1], "--") == 0);
	for (words = (int)(actions - argv); argv[words] && strcmp(argv[words], "--") != 0; words++)
		continue;
	if (!argv[words] || !argv[words + 1])
		die("no command");
	typist.patience = (patience ? atoi(patience) : 20) * 1000;
	terminal_open();
	resize(size);
	session_start();
	modes_prepare(binary, &before);
	int64_t start = now();
	command_start(argv + words + 1);
	act_all(actions);
	int status = command_end(&times[0]);
	times[1] = (long)(now() - start);
	if (report_path)
		report(report_path, status, &before, times);
	return status;
}
