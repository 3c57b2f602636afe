/* Weights of v1 as weights of cgroup2: pure arithmetic, exact, without floating point. */
#pragma once

#include <stdint.h>

/*
 * cpu.shares (2 to 262144, default 1024) as cpu.weight (1 to 10000, default 100):
 * ceil(10^((l^2 + 125 l) / 612 - 7 / 34)) with l = log2(shares), as all runtimes have it since
 * 2025.
 */
uint64_t weight_of_shares(uint64_t shares);

/* blkio.weight (10 to 1000) as io.weight (1 to 10000), linearly. */
uint64_t weight_of_blkio(uint64_t weight);
