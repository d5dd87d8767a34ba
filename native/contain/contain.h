/* What the parts of the container of one agent share. One process watches (outside), one is PID 1 of the agent's namespace (inside). */
#ifndef CONTAIN_H
#define CONTAIN_H
#include <stdbool.h>
#include <sys/types.h>

enum { MOST_JOINS = 8 };

/* Exit codes of our own, as of env(1) and the shells. */
enum { EXIT_CONTAIN = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

struct options {
  int level; /* 1: subreaper · 2: PID namespace · 3: PID namespace and cgroup v2 */
  int control; /* descriptor of commands, one a line; its end means: kill */
  int report; /* descriptor of events, one JSON object a line */
  bool user_namespace;
  bool terminal;
  long silent_ms; /* kill when no command came for so long; 0: never */
  long verify_ms;
  long grace_ms;
  long processes; /* RLIMIT_NPROC; 0: as it is */
  const char *cgroup;
  const char *joins[MOST_JOINS];
  int join_count;
  char **command;
};

/* What stands open before it is needed: nothing is opened or allocated on the kill path. */
struct tree {
  pid_t first; /* PID 1 of the namespace, or the agent itself at level 1 */
  int first_fd; /* its pidfd */
  int cgroup_freeze, cgroup_kill, cgroup_events, cgroup_procs;
  int proc; /* /proc of outside */
};

/* What one kill observed. `by` says which observation proves that the tree is empty. */
struct verdict {
  bool empty;
  int killed; /* processes that were there; −1 where nobody counted them */
  int alive;
  pid_t survivors[64];
  const char *by;
  long long us;
};

/* The terminal of the agent: a pseudoterminal of our own and the process that carries its bytes. */
struct terminal {
  int outer, master, slave;
  pid_t relay;
};

/* Messages from inside to outside. */
enum word { WORD_FAILED = 1, WORD_NO_COMMAND, WORD_STARTED, WORD_STOPPED, WORD_EXITED, WORD_KILLED };
struct message {
  int word;
  int value;
  char step[24];
};

void open_cgroup(const struct options *options, struct tree *tree);
struct verdict kill_tree(const struct options *options, struct tree *tree);
struct verdict verify_tree(const struct options *options, struct tree *tree);

int run_inside(const struct options *options, const struct terminal *terminal, int from_outside, int to_outside, const int *join_fds);
_Noreturn void become_agent(const struct options *options, const struct terminal *terminal, int told);
void refuse_terminal_injection(void);

bool open_terminal(struct terminal *terminal);
void start_relay(struct terminal *terminal);
void pause_terminal(struct terminal *terminal, bool paused);
void resize_terminal(const struct terminal *terminal);
void close_terminal(struct terminal *terminal, bool drain);

void report_to(int fd);
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
long long now_us(void);

#endif
