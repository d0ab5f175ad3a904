/* A jump for each of the functions in private.h, through a table that is filled when one is first called: arguments and their number
 * are the providers' business, and so may change from release to release. */
#include "front.h"

#define PRIVATE(name) private_##name,
enum {
#include "private.h"
    PRIVATE_COUNT
};
#undef PRIVATE

static const char *const names[] = {
#define PRIVATE(name) #name,
#include "private.h"
#undef PRIVATE
};

static int missing(void)
{
    errno = ENOSYS;
    return ENOSYS;
}

/* Called from the jumps with their number; answers where to go on. */
__attribute__((used)) void *private_function(unsigned long number)
{
    void *function = number < PRIVATE_COUNT ? original_function(names[number]) : NULL;
    return function == NULL ? (void *)missing : function;
}

#if defined(__x86_64__)
/* Every register that carries an argument is kept; al says how many vector registers a variadic call uses. */
__asm__(".text\n.type private_jump, @function\nprivate_jump:\n"
        "push %rax\npush %rdi\npush %rsi\npush %rdx\npush %rcx\npush %r8\npush %r9\n"
        "mov %r11, %rdi\ncall private_function\nmov %rax, %r11\n"
        "pop %r9\npop %r8\npop %rcx\npop %rdx\npop %rsi\npop %rdi\npop %rax\njmp *%r11\n");
#define JUMP(name, number) \
    __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name ":\nmov $" number ", %r11d\njmp private_jump\n");
#elif defined(__aarch64__)
__asm__(".text\n.type private_jump, %function\nprivate_jump:\n"
        "stp x29, x30, [sp, #-96]!\nstp x0, x1, [sp, #16]\nstp x2, x3, [sp, #32]\nstp x4, x5, [sp, #48]\nstp x6, x7, [sp, #64]\n"
        "str x8, [sp, #80]\nmov x0, x16\nbl private_function\nmov x16, x0\n"
        "ldp x0, x1, [sp, #16]\nldp x2, x3, [sp, #32]\nldp x4, x5, [sp, #48]\nldp x6, x7, [sp, #64]\nldr x8, [sp, #80]\n"
        "ldp x29, x30, [sp], #96\nbr x16\n");
#define JUMP(name, number) \
    __asm__(".text\n.globl " #name "\n.type " #name ", %function\n" #name ":\nmov x16, #" number "\nb private_jump\n");
#else
#error "Write the jump for this processor."
#endif

/* The assembler wants numbers, the list has names: __COUNTER__ counts them in the order of the list. */
#define TEXT(value) #value
#define NUMBER(value) TEXT(value)
enum { FIRST = __COUNTER__ };
_Static_assert(FIRST == 0, "something else counts, too");
#define PRIVATE(name) PRIVATE_AT(name, __COUNTER__)
#define PRIVATE_AT(name, count) JUMP(name, NUMBER(count) "-1")
#include "private.h"
#undef PRIVATE

/* Providers read it; in this process nothing sets it. */
EXPORTED _Bool verbs_allow_disassociate_destroy;
