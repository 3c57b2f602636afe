/*
 * Walks the step tables in lock step, without forking: for every combination of what a plan can ask
 * for, each message that is sent is awaited, each that is awaited is sent, and nobody waits for
 * ever.  And the order of the steps keeps its rules.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/kernel/syscall.h"
#include "libcontainer/launch/launch.h"
#include "libcontainer/launch/roles.h"
#include "tests/check.h"

/* ---- plans ------------------------------------------------------------------------------ */

enum feature {
	GENERAL,
	MAPS,
	TIME,
	CGROUP_V1,
	CGROUP_V2,
	TERMINAL,
	SOCKET,
	HOST_HOOKS,
	CONTAINER_HOOKS,
	RUN,
	JOINS,
	FILTER,
	LATE,
	UNIT,
	AGENT,
	NET_DEVICES,
	RDT,
	FEATURES,
};

static struct plan_cgroup_directory directories[2];
static struct plan_hook hook;

/* false: no plan is like this. */
static bool make_plan(unsigned int bits, bool exec, struct plan *plan)
{
#define HAS(feature) (bits & (1U << (feature)))
	memset(plan, 0, sizeof(*plan));
	if ((HAS(TIME) || HAS(JOINS) || exec) && !HAS(GENERAL))
		return false;
	if (exec && (HAS(MAPS) || HAS(TIME) || HAS(HOST_HOOKS) || HAS(CONTAINER_HOOKS) ||
			    HAS(NET_DEVICES)))
		return false;
	if (HAS(AGENT) && !HAS(FILTER))
		return false;
	if (HAS(UNIT) && (exec || !HAS(GENERAL) || !HAS(CGROUP_V2)))
		return false;
	plan->verb = exec ? PLAN_EXEC : HAS(RUN) ? PLAN_RUN : PLAN_CREATE;
	plan->namespaces.road = HAS(GENERAL) ? PLAN_ROAD_GENERAL : PLAN_ROAD_SHORT;
	plan->namespaces.create = (HAS(MAPS) ? CLONE_NEWUSER : 0) | (HAS(TIME) ? CLONE_NEWTIME : 0);
	plan->namespaces.join_count = HAS(JOINS) ? 1 : 0;
	plan->users.mapped = HAS(MAPS);
	directories[0].unified = false;
	directories[1].unified = true;
	plan->cgroup.directories = HAS(CGROUP_V1) ? directories : directories + 1;
	plan->cgroup.directory_count = (HAS(CGROUP_V1) ? 1 : 0) + (HAS(CGROUP_V2) ? 1 : 0);
	plan->cgroup.unit.name = HAS(UNIT) ? "box.scope" : NULL;
	plan->network.device_count = HAS(NET_DEVICES) ? 1 : 0;
	plan->rdt.set = HAS(RDT);
	plan->process.terminal = HAS(TERMINAL);
	plan->console_socket = HAS(SOCKET) ? "/socket" : NULL;
	plan->hooks[PLAN_HOOK_PRESTART] = (struct plan_hooks){ &hook, HAS(HOST_HOOKS) ? 1 : 0 };
	plan->hooks[PLAN_HOOK_CREATE_CONTAINER] =
		(struct plan_hooks){ &hook, HAS(CONTAINER_HOOKS) ? 1 : 0 };
	plan->seccomp.set = HAS(FILTER);
	plan->seccomp.late = HAS(LATE);
	plan->seccomp.listener_path = HAS(AGENT) ? "/agent" : NULL;
	return true;
#undef HAS
}

/* ---- the simulator ------------------------------------------------------------------------ */

#define QUEUE_MAX 8

struct queue {
	enum launch_message messages[QUEUE_MAX];
	size_t count;
};

struct player {
	int roles;
	size_t row;
	bool alive, done;
};

enum { P, C, I, PLAYERS };

struct game {
	const struct step *rows;
	size_t count;
	const struct plan *plan;
	struct player players[PLAYERS];
	struct queue queues[PLAYERS][PLAYERS]; /* from, to */
	const char *wrong;
};

/* Who plays a role: on the short road the child's part is init's. */
static int player_of(const struct game *game, enum launch_role role)
{
	if (role == ROLE_PARENT)
		return P;
	return role == ROLE_CHILD && plan_takes_general_road(game->plan) ? C : I;
}

static bool send_message(struct game *game, const struct step *row)
{
	const struct launch_message_facts *facts = &launch_messages[row->message];
	struct queue *queue =
		&game->queues[player_of(game, facts->from)][player_of(game, facts->to)];

	if (facts->from != row->who)
		game->wrong = "sent by the wrong role";
	if (queue->count == QUEUE_MAX)
		return false;
	queue->messages[queue->count++] = row->message;
	return true;
}

static bool take_message(struct game *game, const struct step *row)
{
	const struct launch_message_facts *facts = &launch_messages[row->message];
	struct queue *queue =
		&game->queues[player_of(game, facts->from)][player_of(game, facts->to)];

	if (facts->to != row->who)
		game->wrong = "awaited by the wrong role";
	if (queue->count == 0)
		return false;
	if (queue->messages[0] != row->message)
		game->wrong = "another message was expected";
	memmove(queue->messages, queue->messages + 1, --queue->count * sizeof(queue->messages[0]));
	return true;
}

static void start_player(struct game *game, int who, int roles, size_t row)
{
	game->players[who] = (struct player){ .roles = roles, .row = row + 1, .alive = true };
}

/* What a row does to the others; false: it can't be done yet. */
static bool run_row(struct game *game, size_t index)
{
	const struct step *row = &game->rows[index];

	if (row->kind == STEP_SEND)
		return send_message(game, row);
	if (row->kind == STEP_WAIT)
		return take_message(game, row);
	if (row->run == parent_start_child)
		start_player(game, C, ROLE_CHILD, index);
	else if (row->run == parent_start_init)
		start_player(game, I, ROLE_CHILD | ROLE_INIT, index);
	else if (row->run == child_start_init)
		start_player(game, I, ROLE_INIT, index);
	else if (row->run == parent_reap_child)
		return game->players[C].done;
	else if (row->run == parent_await_program)
		return game->players[I].done;
	return true;
}

static bool advance(struct game *game, struct player *player)
{
	bool moved = false;

	while (player->alive && !player->done && !game->wrong) {
		if (player->row == game->count) {
			player->done = true;
			return true;
		}
		const struct step *row = &game->rows[player->row];
		if ((row->who & player->roles) && (!row->when || row->when(game->plan)) &&
			!run_row(game, player->row))
			return moved;
		player->row++;
		moved = true;
	}
	return moved;
}

/* NULL, or what is wrong with it. */
static const char *play(const struct step *rows, size_t count, const struct plan *plan)
{
	struct game game = { .rows = rows, .count = count, .plan = plan };
	bool moved = true;

	game.players[P] = (struct player){ .roles = ROLE_PARENT, .alive = true };
	while (moved && !game.wrong) {
		moved = false;
		for (int i = 0; i < PLAYERS; i++)
			moved = advance(&game, &game.players[i]) || moved;
	}
	if (game.wrong)
		return game.wrong;
	for (int i = 0; i < PLAYERS; i++) {
		if (game.players[i].alive && !game.players[i].done)
			return "somebody waits for ever";
		for (int k = 0; k < PLAYERS; k++) {
			if (game.queues[i][k].count > 0)
				return "a message was never awaited";
		}
	}
	return game.players[I].done ? NULL : "init was never started";
}

static const char *play_all(const struct step *rows, size_t count, bool exec, size_t *ret_plans)
{
	struct plan plan;

	*ret_plans = 0;
	for (unsigned int bits = 0; bits < 1U << FEATURES; bits++) {
		if (!make_plan(bits, exec, &plan))
			continue;
		const char *wrong = play(rows, count, &plan);
		if (wrong)
			return wrong;
		++*ret_plans;
	}
	return NULL;
}

static void create_never_hangs(void **state)
{
	size_t plans;

	(void)state;
	assert_null(play_all(create_steps.rows, create_steps.count, false, &plans));
	assert_true(plans > 4000);
}

static void exec_never_hangs(void **state)
{
	size_t plans;

	(void)state;
	assert_null(play_all(exec_steps.rows, exec_steps.count, true, &plans));
	assert_true(plans > 200);
}

/* The simulator itself: a table that lacks any one message row is found out. */
static void find_missing_rows(const struct step_table *table, bool exec)
{
	auto_free struct step *rows = calloc(table->count, sizeof(*rows));
	size_t plans;

	assert_non_null(rows);
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].kind == STEP_RUN)
			continue;
		memcpy(rows, table->rows, i * sizeof(*rows));
		memcpy(rows + i, table->rows + i + 1, (table->count - i - 1) * sizeof(*rows));
		assert_non_null(play_all(rows, table->count - 1, exec, &plans));
	}
}

static void missing_messages_are_found(void **state)
{
	(void)state;
	find_missing_rows(&create_steps, false);
	find_missing_rows(&exec_steps, true);
}

/* ---- order --------------------------------------------------------------------------------- */

static size_t row_of(const struct step_table *table, int (*run)(struct launch *))
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].run == run)
			return i;
	}
	test_fails("a step is not in the table");
	return 0;
}

static size_t message_row(
	const struct step_table *table, enum step_kind kind, enum launch_message message)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].kind == kind && table->rows[i].message == message)
			return i;
	}
	test_fails("a message is not in the table");
	return 0;
}

#define BEFORE(table, first, second) assert_true(row_of(&(table), first) < row_of(&(table), second))

/* cgroup2 is charged in batches where there is no limit yet. */
static void memory_is_limited_before_init(void **state)
{
	(void)state;
	BEFORE(create_steps, parent_make_cgroup, parent_limit_first);
	BEFORE(create_steps, parent_limit_first, parent_start_init);
}

static void create_keeps_its_order(void **state)
{
	(void)state;
	/* On record before anything is left behind. */
	BEFORE(create_steps, parent_record_intent, parent_make_cgroup);
	/* pids.limit 0: when nothing is to be started in the group any more. */
	BEFORE(create_steps, init_run_container_hooks, parent_limit_last);
	assert_true(message_row(&create_steps, STEP_WAIT, MSG_READY) <
		    row_of(&create_steps, parent_limit_last));
	assert_true(row_of(&create_steps, parent_limit_last) <
		    message_row(&create_steps, STEP_SEND, MSG_RELEASE));
	BEFORE(create_steps, parent_record_intent, parent_start_init);
	/* Nobody who is joined may trace us. */
	BEFORE(create_steps, child_hide, child_join);
	BEFORE(create_steps, child_set_oom_score, child_hide);
	/* The user namespace before the others; the maps before becoming root. */
	BEFORE(create_steps, child_unshare_user, child_unshare);
	BEFORE(create_steps, parent_write_id_maps, child_become_root);
	BEFORE(create_steps, child_become_root, child_unshare);
	/* The cgroup, with its device rules, before its namespace and before init. */
	BEFORE(create_steps, parent_allow_devices, parent_start_init);
	BEFORE(create_steps, parent_move_to_cgroup, init_unshare_cgroup);
	/* systemd gets the child while it is still who its parent is, and init is born there. */
	BEFORE(create_steps, parent_record_intent, parent_start_unit);
	BEFORE(create_steps, parent_start_child, parent_start_unit);
	BEFORE(create_steps, parent_start_unit, parent_send_birthplace);
	BEFORE(create_steps, child_take_birthplace, child_join);
	BEFORE(create_steps, child_take_birthplace, child_unshare_user);
	BEFORE(create_steps, parent_reap_child, parent_limit);
	BEFORE(create_steps, parent_record_intent, parent_make_rdt);
	BEFORE(create_steps, parent_take_init_pid, parent_join_rdt);
	BEFORE(create_steps, parent_join_rdt, parent_run_host_hooks);
	BEFORE(exec_steps, parent_take_init_pid, parent_join_rdt);
	/* Hooks see the devices, and sysctls name them. */
	BEFORE(create_steps, parent_take_init_pid, parent_move_net_devices);
	BEFORE(create_steps, parent_move_net_devices, parent_run_host_hooks);
	assert_true(message_row(&create_steps, STEP_WAIT, MSG_NET_DEVICES_DONE) <
		    row_of(&create_steps, init_run_container_hooks));
	/* Hooks of the host see the mounts, those of the container the host's; all before
	 * pivot_root. */
	BEFORE(create_steps, init_mount, init_run_container_hooks);
	BEFORE(create_steps, parent_run_host_hooks, init_run_container_hooks);
	BEFORE(create_steps, init_run_container_hooks, init_enter_root);
	BEFORE(create_steps, init_open_terminal, init_finish_root);
	BEFORE(create_steps, init_finish_root, init_enter_root);
	/* Capabilities and ids last, the program looked up with them, the filter's errors in
	 * create. */
	BEFORE(create_steps, init_set_labels, init_drop_privileges);
	BEFORE(create_steps, init_drop_privileges, init_find_program);
	assert_true(row_of(&create_steps, init_load_filter) <
		    row_of(&create_steps, init_drop_privileges));
	assert_true(row_of(&create_steps, init_disarm) <
		    message_row(&create_steps, STEP_SEND, MSG_READY));
	/* Released only when on record. */
	assert_true(row_of(&create_steps, parent_record_created) <
		    message_row(&create_steps, STEP_SEND, MSG_RELEASE));
	assert_true(row_of(&create_steps, parent_write_pid_file) <
		    message_row(&create_steps, STEP_SEND, MSG_RELEASE));
	BEFORE(create_steps, init_wait_for_start, init_run_start_hooks);
}

static void what_is_handed_over_is_in_time(void **state)
{
	const struct step_table *tables[] = { &create_steps, &exec_steps };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		/* Later, a number of ours could be taken for the caller's. */
		assert_int_equal(row_of(tables[i], parent_check_descriptors), 0);
		assert_true(row_of(tables[i], parent_connect_pidfd) <
			    row_of(tables[i], parent_start_child));
		/* What can't be sent is told before the program runs. */
		assert_true(row_of(tables[i], parent_send_pidfd) <
			    message_row(tables[i], STEP_SEND, MSG_RELEASE));
	}
	/* The mount's source. */
	BEFORE(create_steps, parent_make_notify, parent_open_sources);
	BEFORE(create_steps, parent_make_notify, parent_start_init);
	BEFORE(create_steps, parent_open_hook_outputs, parent_start_init);
}

static void the_filter_is_loaded_before_ready(void **state)
{
	size_t ready = message_row(&create_steps, STEP_SEND, MSG_READY);

	(void)state;
	for (size_t i = ready; i < create_steps.count; i++)
		assert_true(create_steps.rows[i].run != init_load_filter);
	assert_true(row_of(&exec_steps, child_hide) < row_of(&exec_steps, child_enter_container));
}

static void steps_are_named(void **state)
{
	const struct step_table *tables[] = { &create_steps, &exec_steps };

	(void)state;
	for (size_t t = 0; t < COUNT_OF(tables); t++) {
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct step *row = &tables[t]->rows[i];

			assert_true(row->kind != STEP_RUN || (row->name && row->run));
			/* Child and init just die; only the parent has something to undo. */
			assert_true(!row->undo || row->who == ROLE_PARENT);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_never_hangs),
		cmocka_unit_test(exec_never_hangs),
		cmocka_unit_test(missing_messages_are_found),
		cmocka_unit_test(memory_is_limited_before_init),
		cmocka_unit_test(create_keeps_its_order),
		cmocka_unit_test(what_is_handed_over_is_in_time),
		cmocka_unit_test(the_filter_is_loaded_before_ready),
		cmocka_unit_test(steps_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
