/*
 * The sealed view or copy, made in front of everything else: the first instructions of the program,
 * before the C library has relocated and initialised it.  Of a process that only lives to execute
 * it, that is most of the cost (each page it touches is a fault).  It does what sealed_exe.c does;
 * where anything is not as expected it changes nothing and goes on to _start, and sealed_exe.c does
 * it.
 *
 * So there is no C library here, no relocated data, no thread, no stack protector; see
 * Makemodule.am for the flags.  Only static builds have it: a dynamic one has been loaded by then.
 */
#include <elf.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "libcontainer/launch/sealed_calls.h"
#include "libcontainer/launch/sealed_exe.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/* How deep the stack gets in a start. */
#define STACK_SIZE (6 * 4096UL)

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

__attribute__((used, visibility("hidden"))) void sealed_entry_try(const long *stack);

/* clang-format off */
#if defined(__x86_64__)
__asm__(".text\n"
	".globl sealed_entry\n"
	".type sealed_entry, @function\n"
	"sealed_entry:\n"
	"	endbr64\n"
	"	xorl %ebp, %ebp\n"
	"	movq %rdx, %rbx\n"      /* what _start wants to find there */
	"	movq %rsp, %r12\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call sealed_entry_try\n"
	"	movq %r12, %rsp\n"
	"	movq %rbx, %rdx\n"
	"	jmp _start\n"
	".size sealed_entry, . - sealed_entry\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	".globl sealed_entry\n"
	".type sealed_entry, %function\n"
	"sealed_entry:\n"
	"	hint #34\n"             /* bti c */
	"	mov x19, x0\n"          /* what _start wants to find there */
	"	mov x20, sp\n"
	"	mov x0, sp\n"
	"	bl sealed_entry_try\n"
	"	mov sp, x20\n"
	"	mov x0, x19\n"
	"	b _start\n"
	".size sealed_entry, . - sealed_entry\n");
#endif
/* clang-format on */

static bool is_word(const char *argument, const char *word)
{
	while (*argument && *argument == *word) {
		argument++;
		word++;
	}
	return *argument == *word;
}

/*
 * The verbs that enter a container.  Any argument counts: an id of that name costs a copy that was
 * not needed, and nothing else.
 */
static bool enters_container(const char *const *argv)
{
	for (size_t i = 0; argv[i]; i++) {
		if (is_word(argv[i], "run") || is_word(argv[i], "create") ||
			is_word(argv[i], "exec") || is_word(argv[i], "restore"))
			return true;
	}
	return false;
}

/* How much of the file the kernel has mapped: see loaded_size() in sealed_exe.c. */
static long loaded_size(const Elf64_auxv_t *auxiliary)
{
	const Elf64_Phdr *segments = NULL;
	unsigned long count = 0, end = 0;

	for (; auxiliary->a_type != AT_NULL; auxiliary++) {
		if (auxiliary->a_type == AT_PHDR)
			segments = (const Elf64_Phdr *)auxiliary->a_un.a_val;
		else if (auxiliary->a_type == AT_PHNUM)
			count = auxiliary->a_un.a_val;
	}
	for (unsigned long i = 0; segments && i < count; i++) {
		unsigned long last = segments[i].p_offset + segments[i].p_filesz;

		if (segments[i].p_type == PT_LOAD && last > end)
			end = last;
	}
	return (long)end;
}

static bool copy_and_seal(long copy, long self, long size)
{
	long n = 1;

	for (; size > 0 && n > 0; size -= n)
		n = call5(SYS_sendfile, copy, self, 0, size, 0);
	if (size != 0)
		return false;
	return call5(SYS_fcntl, copy, F_ADD_SEALS, SEALS | F_SEAL_EXEC, 0, 0) == 0 ||
	       call5(SYS_fcntl, copy, F_ADD_SEALS, SEALS, 0, 0) == 0;
}

static void execute(long file, const long *argv, const long *environment)
{
	if (file < 0)
		return;
	(void)call5(SYS_execveat, file, (long)"", (long)argv, (long)environment, AT_EMPTY_PATH);
	(void)call5(SYS_close, file, 0, 0, 0, 0);
}

static void execute_copy(long self, const long *argv, const long *environment)
{
	const long *auxiliary = environment;
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	const char *name = "caisson";

	while (*auxiliary)
		auxiliary++;
	long copy = call5(SYS_memfd_create, (long)name, flags | MFD_EXEC, 0, 0, 0);
	if (copy < 0)
		copy = call5(SYS_memfd_create, (long)name, flags, 0, 0, 0);
	if (copy < 0)
		return;
	if (copy_and_seal(copy, self, loaded_size((const Elf64_auxv_t *)(auxiliary + 1))))
		execute(copy, argv, environment);
	else
		(void)call5(SYS_close, copy, 0, 0, 0, 0);
}

/* What a start needs, side by side: src/start.ld.  Without it these have no address. */
#define AT_LINK extern __attribute__((weak, visibility("hidden"))) const char
AT_LINK caisson_start_text, caisson_start_text_end;
AT_LINK caisson_start_rodata, caisson_start_rodata_end;

static void map_range(unsigned long start, unsigned long end, int advice)
{
	const unsigned long page = 4096;

	start &= -page;
	end = (end + page - 1) & -page;
	(void)call5(SYS_madvise, (long)start, (long)(end - start), advice, 0, 0);
}

/*
 * Has the pages mapped that starting will touch anyway, all with a few calls instead of a fault for
 * each.  Where the kernel can't (before 5.14), they fault as ever.
 */
static void map_pages(const long *stack)
{
	const unsigned long base = (unsigned long)&__ehdr_start, top = (unsigned long)stack;
	const Elf64_Ehdr *header = &__ehdr_start;
	const Elf64_Phdr *segments = (const Elf64_Phdr *)(base + header->e_phoff);

	for (int i = 0; i < header->e_phnum; i++) {
		unsigned long start = base + segments[i].p_vaddr;

		if (segments[i].p_type == PT_LOAD && (segments[i].p_flags & PF_W))
			map_range(start, start + segments[i].p_filesz, MADV_POPULATE_WRITE);
	}
	if (&caisson_start_text)
		map_range((unsigned long)&caisson_start_text,
			(unsigned long)&caisson_start_text_end, MADV_POPULATE_READ);
	if (&caisson_start_rodata)
		map_range((unsigned long)&caisson_start_rodata,
			(unsigned long)&caisson_start_rodata_end, MADV_POPULATE_READ);
	map_range(top - STACK_SIZE, top, MADV_POPULATE_WRITE);
}

/* stack: as the kernel leaves it, argc, argv, environment and auxiliary vector; see execve(2). */
void sealed_entry_try(const long *stack)
{
	const long *argv = stack + 1, *environment = argv + stack[0] + 1;
	const char *exe = "/proc/self/exe";

	if (!enters_container((const char *const *)argv))
		return;
	long self = call5(SYS_openat, AT_FDCWD, (long)exe, O_RDONLY | O_CLOEXEC, 0, 0);
	if (self < 0)
		return;
	long seals = call5(SYS_fcntl, self, F_GET_SEALS, 0, 0, 0);
	if ((seals >= 0 && (seals & SEALS) == SEALS) || sealed_exe_is_unwritable(self)) {
		sealed_exe_is_safe = true;
		map_pages(stack);
	} else {
		execute(sealed_view_open(self), argv, environment);
		execute_copy(self, argv, environment);
	}
	(void)call5(SYS_close, self, 0, 0, 0, 0);
}
