/*
 * What a container uses as JSON, to the letter as runc's `events` prints it: containerd and others
 * read it into structs of the same names.
 */
#pragma once

struct cgroup_stats;
struct str;

/* Appends {"type":"stats","id":ID,"data":{...}}.  -ENOMEM, with a chain. */
int stats_json(const char *id, const struct cgroup_stats *stats, struct str *text);

/* Appends {"type":"oom","id":ID}. */
int stats_json_oom(const char *id, struct str *text);
