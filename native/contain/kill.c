#include "contain.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Descendants of one scan. More than these are met in the next round. */
enum { MOST_PROCESSES = 65536 };
static pid_t pids[MOST_PROCESSES], parents[MOST_PROCESSES];
static bool ours[MOST_PROCESSES];

static int open_in(const char *folder, const char *file, int flags) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path) return -1;
  return open(path, flags | O_CLOEXEC);
}

void open_cgroup(const struct options *options, struct tree *tree) {
  tree->cgroup_freeze = tree->cgroup_kill = tree->cgroup_events = tree->cgroup_procs = -1;
  tree->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (options->cgroup == NULL) return;
  tree->cgroup_freeze = open_in(options->cgroup, "cgroup.freeze", O_WRONLY);
  tree->cgroup_kill = open_in(options->cgroup, "cgroup.kill", O_WRONLY);
  tree->cgroup_events = open_in(options->cgroup, "cgroup.events", O_RDONLY);
  tree->cgroup_procs = open_in(options->cgroup, "cgroup.procs", O_RDWR);
}

static int pidfd_open_(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
static int pidfd_signal(int fd, int signal) { return (int)syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0); }

/* Every process of the cgroup as far as it fits; the number of them. */
static int members(const struct tree *tree, pid_t *into, int most) {
  static char text[524288];
  size_t length = 0;
  for (ssize_t got; length < sizeof text - 1 && (got = pread(tree->cgroup_procs, text + length, sizeof text - 1 - length, (off_t)length)) > 0;)
    length += (size_t)got;
  text[length] = 0;
  int count = 0;
  for (char *at = text; *at != 0 && count < most;) {
    char *end;
    long pid = strtol(at, &end, 10);
    if (end == at) break;
    into[count++] = (pid_t)pid;
    at = end + 1;
  }
  return count;
}

static bool populated(const struct tree *tree) {
  char text[128];
  ssize_t length = pread(tree->cgroup_events, text, sizeof text - 1, 0);
  if (length <= 0) return true; /* what cannot be read is not known to be empty */
  text[length] = 0;
  return strstr(text, "populated 0") == NULL;
}

/* The parent of a process and whether it still lives, from the bytes after the last `)` of its stat. */
static bool parent_of(const struct tree *tree, pid_t pid, pid_t *parent, char *state) {
  char path[32], text[1024];
  snprintf(path, sizeof path, "%d/stat", pid);
  int fd = openat(tree->proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return false;
  text[length] = 0;
  char *end = strrchr(text, ')');
  return end != NULL && sscanf(end + 1, " %c %d", state, parent) == 2;
}

/* Who descends from this process. As it is the reaper of every orphan below it, that is the whole tree. Zombies are dead. */
static int descendants(const struct tree *tree, pid_t except) {
  int fd = openat(tree->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  if (folder == NULL) return -1;
  int count = 0;
  for (struct dirent *entry; count < MOST_PROCESSES && (entry = readdir(folder)) != NULL;) {
    pid_t pid = (pid_t)atoi(entry->d_name), parent;
    char state;
    if (pid <= 0 || !parent_of(tree, pid, &parent, &state)) continue;
    pids[count] = pid;
    parents[count] = parent;
    ours[count++] = parent == getpid() && pid != except;
  }
  closedir(folder);
  for (bool grown = true; grown;) {
    grown = false;
    for (int child = 0; child < count; child++) {
      if (ours[child]) continue;
      for (int other = 0; other < count; other++)
        if (ours[other] && pids[other] == parents[child]) {
          ours[child] = grown = true;
          break;
        }
    }
  }
  int found = 0;
  for (int at = 0; at < count; at++)
    if (ours[at]) {
      pids[found] = pids[at];
      parents[found++] = parents[at];
    }
  return found;
}

/* The handle is taken first and the parent read again: a number that was given to another process meanwhile is never signalled. */
static void signal_checked(const struct tree *tree, int at, int signal) {
  int fd = pidfd_open_(pids[at]);
  if (fd < 0) return;
  pid_t parent;
  char state;
  if (parent_of(tree, pids[at], &parent, &state) && (parent == parents[at] || parent == getpid())) pidfd_signal(fd, signal);
  close(fd);
}

static void reap(pid_t except) {
  siginfo_t info;
  for (;;) {
    info.si_pid = 0;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0 || info.si_pid == except) return;
    waitpid(info.si_pid, NULL, WNOHANG);
  }
}

static int living(const struct tree *tree, struct verdict *verdict) {
  int count = descendants(tree, 0), alive = 0;
  for (int at = 0; at < count; at++) {
    pid_t parent;
    char state;
    if (!parent_of(tree, pids[at], &parent, &state) || state == 'Z' || state == 'X') continue;
    if (alive < (int)(sizeof verdict->survivors / sizeof *verdict->survivors)) verdict->survivors[alive] = pids[at];
    alive++;
  }
  return count < 0 ? -1 : alive;
}

/* Level 1: stop everybody until nobody new appears, kill everybody, and again until no child is left. */
static struct verdict kill_descendants(const struct options *options, const struct tree *tree) {
  struct verdict verdict = {.by = "children", .killed = 0};
  long long begun = now_us();
  for (int before = -1, rounds = 0; rounds < 16; rounds++) {
    int count = descendants(tree, 0);
    for (int at = 0; at < count; at++) signal_checked(tree, at, SIGSTOP);
    if (count > verdict.killed) verdict.killed = count;
    if (count == before) break;
    before = count;
  }
  for (;;) {
    int count = descendants(tree, 0);
    for (int at = 0; at < count; at++) signal_checked(tree, at, SIGKILL);
    reap(0);
    verdict.alive = living(tree, &verdict);
    verdict.us = now_us() - begun;
    verdict.empty = verdict.alive == 0;
    if (verdict.empty || verdict.us > options->verify_ms * 1000) return verdict;
    poll(NULL, 0, 2);
  }
}

/* PID 1 of a namespace is reaped only when every process of the namespace is gone (pid_namespaces(7)). */
static bool first_gone(const struct tree *tree, long long until) {
  for (;;) {
    pid_t done = waitpid(tree->first, NULL, WNOHANG);
    if (done == tree->first || (done < 0 && errno == ECHILD)) return true;
    long long left = until - now_us();
    if (left <= 0) return false;
    struct pollfd wait = {.fd = tree->first_fd, .events = POLLIN};
    poll(&wait, 1, (int)(left / 1000) + 1);
  }
}

static bool cgroup_empty(const struct tree *tree, long long until) {
  while (populated(tree)) {
    long long left = until - now_us();
    if (left <= 0) return false;
    struct pollfd wait = {.fd = tree->cgroup_events, .events = POLLPRI};
    poll(&wait, 1, left > 20000 ? 20 : (int)(left / 1000) + 1);
    (void)!write(tree->cgroup_kill, "1", 1);
  }
  return true;
}

struct verdict verify_tree(const struct options *options, struct tree *tree) {
  struct verdict verdict = {.killed = -1, .by = "pid-namespace"};
  if (options->level < 2) return kill_descendants(options, tree);
  long long begun = now_us(), until = begun + options->verify_ms * 1000;
  bool gone = first_gone(tree, until);
  bool bare = tree->cgroup_events < 0 || cgroup_empty(tree, until);
  if (tree->cgroup_events >= 0) verdict.by = "pid-namespace and cgroup";
  verdict.empty = gone && bare;
  if (!bare) {
    int count = members(tree, pids, MOST_PROCESSES);
    for (int at = 0; at < count && at < (int)(sizeof verdict.survivors / sizeof *verdict.survivors); at++) verdict.survivors[at] = pids[at];
    verdict.alive = count;
  } else if (!gone) verdict.alive = living(tree, &verdict);
  verdict.us = now_us() - begun;
  return verdict;
}

/* Freeze, kill, verify empty. The kernel kills what forks meanwhile; freezing keeps it from doing anything else. */
struct verdict kill_tree(const struct options *options, struct tree *tree) {
  if (options->level < 2) return kill_descendants(options, tree);
  long long begun = now_us();
  int counted = -1;
  if (tree->cgroup_kill >= 0) {
    (void)!write(tree->cgroup_freeze, "1", 1);
    counted = members(tree, pids, MOST_PROCESSES);
    (void)!write(tree->cgroup_kill, "1", 1);
  }
  pidfd_signal(tree->first_fd, SIGKILL);
  struct verdict verdict = verify_tree(options, tree);
  verdict.killed = counted;
  verdict.us = now_us() - begun;
  return verdict;
}
