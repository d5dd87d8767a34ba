#include "options.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char USAGE[] =
  "usage: aegis-contain [--level 1|2|3] [--control FD] [--report FD] [--user-namespace] [--terminal] [--cgroup FOLDER] [--join FOLDER]…\n"
  "                     [--silent-ms N] [--verify-ms N] [--grace-ms N] [--processes N] -- command [argument]…\n"
  "Runs a command so that everything it starts can be killed, and says what was observed. Aegis starts it; see docs/reference/contain.md.\n";

static _Noreturn void wrong(const char *what, const char *word) {
  fprintf(stderr, "aegis-contain: %s: %s\n%s", what, word, USAGE);
  exit(EXIT_CONTAIN);
}

static long number(const char *name, const char *text) {
  char *end;
  errno = 0;
  long value = text == NULL || *text < '0' || *text > '9' ? -1 : strtol(text, &end, 10);
  if (value < 0 || errno != 0 || *end != 0 || value > 86400000) wrong("not a number", name);
  return value;
}

static long *place(struct options *options, const char *name) {
  if (strcmp(name, "--silent-ms") == 0) return &options->silent_ms;
  if (strcmp(name, "--verify-ms") == 0) return &options->verify_ms;
  if (strcmp(name, "--grace-ms") == 0) return &options->grace_ms;
  if (strcmp(name, "--processes") == 0) return &options->processes;
  return NULL;
}

void read_options(struct options *options, char **words) {
  *options = (struct options){.level = 1, .control = -1, .report = -1, .verify_ms = 2000, .grace_ms = 2000};
  for (; *words != NULL; words++) {
    const char *name = *words;
    long *value = place(options, name);
    if (strcmp(name, "--") == 0) {
      options->command = words + 1;
      break;
    }
    if (strcmp(name, "--user-namespace") == 0) options->user_namespace = true;
    else if (strcmp(name, "--terminal") == 0) options->terminal = true;
    else if (value != NULL) *value = number(name, *++words);
    else if (strcmp(name, "--level") == 0) options->level = (int)number(name, *++words);
    else if (strcmp(name, "--control") == 0) options->control = (int)number(name, *++words);
    else if (strcmp(name, "--report") == 0) options->report = (int)number(name, *++words);
    else if ((strcmp(name, "--cgroup") == 0 || strcmp(name, "--join") == 0) && words[1] != NULL) {
      if (options->join_count == MOST_JOINS) wrong("too many", name);
      if (name[2] == 'c') options->cgroup = words[1];
      options->joins[options->join_count++] = *++words;
    } else wrong("unknown option", name);
  }
  if (options->level < 1 || options->level > 3 || (options->level == 3 && options->cgroup == NULL)) wrong("not a level that can be", "--level");
  if (options->command == NULL || *options->command == NULL) wrong("missing", "command");
}
