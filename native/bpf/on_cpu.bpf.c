// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * On-CPU sampler: at each tick of a per-CPU clock, who runs and through which calls.
 *
 * Every sample goes to user space whole, through a ring buffer. Nothing is keyed by a hash of the
 * stack, so stacks cannot collide; a sample that finds the ring full is counted in `lost`.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define MAX_FRAMES 127 /* the kernel's default kernel.perf_event_max_stack */
#define MAX_STACK_BYTES (MAX_FRAMES * sizeof(__u64))
#define MAX_PID_LEVELS 32 /* MAX_PID_NS_LEVEL */
#define MAX_CGROUP_DEPTH 64

enum scope {
	SCOPE_ALL = 0,
	SCOPE_PROCESS = 1,
	SCOPE_CGROUP_V1 = 2,
	SCOPE_CGROUP_V2 = 3,
};

/* Mirrored by `Settings` in crates/profiler/src/program.rs. */
struct settings {
	__u32 scope;
	__u32 pid; /* as the collector's pid namespace numbers it */
	__u64 cgroup; /* inode number of the cgroup's directory */
	__u32 pid_namespace; /* inode number of the collector's pid namespace */
	__u32 padding;
};

/* Mirrored by `SampleHeader` there; the kernel's frames, then the user's, leaf first. */
struct sample {
	__u32 pid; /* 0 when it has no number in the collector's namespace */
	__u32 tid;
	__u64 started_ns; /* of the process, since boot */
	__u32 kernel_bytes;
	__u32 user_bytes;
	char process[16];
	__u64 frames[2 * MAX_FRAMES];
};

#define HEADER_BYTES __builtin_offsetof(struct sample, frames)

const volatile struct settings settings = {};
__u64 lost = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20); /* set before loading, from the number of CPUs and the rate */
} samples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sample);
} scratch SEC(".maps");

/* The number that the collector's pid namespace gives `pid`; 0 if it cannot see it. */
static __always_inline __u32 number_of(struct pid *pid)
{
	__u32 deepest = BPF_CORE_READ(pid, level);
	const char *numbers = (const char *)pid + bpf_core_field_offset(struct pid, numbers);
	__u32 step = bpf_core_type_size(struct upid);

	for (__u32 level = 0; level < MAX_PID_LEVELS; level++) {
		const struct upid *entry;

		if (level > deepest)
			break;
		entry = (const struct upid *)(numbers + level * step);
		if (BPF_CORE_READ(entry, ns, ns.inum) == settings.pid_namespace)
			return BPF_CORE_READ(entry, nr);
	}
	return 0;
}

/* Whether the task is charged to the chosen cgroup or to one below it. */
static __always_inline int in_cgroup(struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *at;
	struct cgroup *cgroup;

	if (settings.scope == SCOPE_CGROUP_V2) {
		cgroup = BPF_CORE_READ(set, dfl_cgrp);
	} else {
		__u64 controller = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
		const char *subsys = (const char *)set + bpf_core_field_offset(struct css_set, subsys);

		if (bpf_probe_read_kernel(&at, sizeof(at), subsys + controller * sizeof(at)) || !at)
			return 0;
		cgroup = BPF_CORE_READ(at, cgroup);
	}
	for (int depth = 0; depth < MAX_CGROUP_DEPTH && cgroup; depth++) {
		if (BPF_CORE_READ(cgroup, kn, id) == settings.cgroup)
			return 1;
		at = BPF_CORE_READ(cgroup, self.parent);
		if (!at)
			return 0;
		cgroup = BPF_CORE_READ(at, cgroup);
	}
	return 0;
}

SEC("perf_event")
int on_cpu(void *context)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader;
	struct sample *sample;
	__u32 zero = 0, pid;
	__u64 kernel_bytes, user_bytes, bytes;
	long got;

	/* The idle task is every CPU's pid 0. */
	if ((__u32)bpf_get_current_pid_tgid() == 0)
		return 0;
	leader = BPF_CORE_READ(task, group_leader);
	pid = number_of(BPF_CORE_READ(leader, thread_pid));
	if (settings.scope == SCOPE_PROCESS && pid != settings.pid)
		return 0;
	if (settings.scope >= SCOPE_CGROUP_V1 && !in_cgroup(task))
		return 0;

	sample = bpf_map_lookup_elem(&scratch, &zero);
	if (!sample)
		return 0;
	sample->pid = pid;
	sample->tid = number_of(BPF_CORE_READ(task, thread_pid));
	sample->started_ns = BPF_CORE_READ(leader, start_boottime);
	BPF_CORE_READ_STR_INTO(&sample->process, leader, comm);

	/* Negative where there is none: no kernel frames in user mode, no user frames in a kthread. */
	got = bpf_get_stack(context, sample->frames, MAX_STACK_BYTES, 0);
	kernel_bytes = got > 0 ? got : 0;
	if (kernel_bytes > MAX_STACK_BYTES)
		return 0;
	got = bpf_get_stack(context, (char *)sample->frames + kernel_bytes, MAX_STACK_BYTES,
			    BPF_F_USER_STACK);
	user_bytes = got > 0 ? got : 0;
	if (user_bytes > MAX_STACK_BYTES)
		return 0;
	sample->kernel_bytes = kernel_bytes;
	sample->user_bytes = user_bytes;

	bytes = HEADER_BYTES + kernel_bytes + user_bytes;
	if (bytes > sizeof(*sample))
		return 0;
	/* The reader drains by the clock; waking it for each sample would be most of the cost. */
	if (bpf_ringbuf_output(&samples, sample, bytes, BPF_RB_NO_WAKEUP))
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
