/* run: create and start in one; in the foreground also wait, relay the terminal and delete. */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/lifecycle/creation.h"
#include "libcontainer/lifecycle/foreground.h"
#include "libcontainer/lifecycle/notify.h"
#include "libcontainer/lifecycle/open.h"
#include "libcontainer/store/directory.h"

/*
 * As delete, but what that would read is still at hand.  The program has run; its status is the
 * answer, whatever the clean-up meets.  pidfd: of init where it may still run, taken over.
 */
static void remove_container(
	const struct container_context *c, struct creation *creation, int pidfd)
{
	auto_container struct container container = {
		.root = c->root,
		.id = creation->record.id,
		.directory = steal_fd(&creation->launch.directory),
		.pidfd = pidfd,
		.record = creation->record,
		.status = STATUS_STOPPED,
	};

	int r = store_lock(container.directory);
	if (r == 0)
		r = store_is_linked(c->root, container.id, container.directory);
	/* Another has deleted it, and the id may be in use again. */
	if (r == 0)
		return;
	if (r < 0 || container_remove(&container) < 0)
		log_warning("delete '%s': %s", container.id, error_text());
	error_clear();
}

static int run_in_foreground(const struct container_context *c,
	const struct container_create_options *o, struct creation *creation, int *ret_status)
{
	int r = foreground_wait(&creation->launch, ret_status);
	auto_free char *words = r < 0 ? strdup(error_text()) : NULL;

	/* Reaped by now: what is left of the container is for delete. */
	if (r >= 0)
		fd_close(&creation->launch.init_pidfd);
	if (!o->keep)
		remove_container(c, creation, steal_fd(&creation->launch.init_pidfd));
	return r < 0 ? error_set(r, words ? words : "wait for the container") : r;
}

int container_run(const struct container_context *c, const struct container_create_options *o,
	int *ret_status)
{
	struct creation creation = { 0 };
	int r = creation_prepare(c, o, PLAN_RUN, &creation);

	*ret_status = 0;
	if (r == 0 && !o->detach)
		r = foreground_begin(!o->no_subreaper);
	if (r == 0)
		r = creation_launch(c, &creation);
	if (r == 0) {
		store_unlock(creation.launch.directory);
		if (o->detach)
			notify_await(&creation.launch.notify, creation.plan.notify_socket,
				creation.launch.init_pid, creation.launch.init_pidfd);
		else
			r = run_in_foreground(c, o, &creation, ret_status);
	}
	creation_done(&creation);
	return r;
}
