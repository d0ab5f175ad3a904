#include "process.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* When the process started; 0 for one that has ended. */
static uint64_t started_at(uint32_t number)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%u/stat", number);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }

    char text[1024];
    size_t length = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[length] = '\0';

    /* The name may hold anything, so what follows is counted from its last bracket: state first, start as the 20th. */
    const char *next = strrchr(text, ')');
    char state = 0;
    unsigned long long started = 0;
    int found = next == NULL ? 0 : sscanf(next + 1,
        " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &state, &started);
    return found != 2 || state == 'Z' || state == 'X' ? 0 : started;
}

static uint64_t own_space(void)
{
    struct stat space;
    return stat("/proc/self/ns/pid", &space) == 0 ? space.st_ino : 0;
}

process_t process_self(void)
{
    uint32_t number = (uint32_t)getpid();
    return (process_t){.started = started_at(number), .space = own_space(), .number = number};
}

bool process_is_alive(const process_t *process)
{
    return process->space != own_space() || started_at(process->number) == process->started;
}
