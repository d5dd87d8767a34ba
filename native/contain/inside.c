#include "contain.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int outside = -1;

static void tell(int word, int value, const char *step) {
  struct message message = {.word = word, .value = value};
  if (step != NULL) strncpy(message.step, step, sizeof message.step - 1);
  (void)!write(outside, &message, sizeof message);
}

static void must(bool done, const char *step) {
  if (done) return;
  tell(WORD_FAILED, errno, step);
  _exit(EXIT_CONTAIN);
}

static bool put(const char *file, const char *text) {
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t written = write(fd, text, strlen(text));
  close(fd);
  return written == (ssize_t)strlen(text);
}

/* In a namespace of users the agent keeps its numbers. */
static void map_users(uid_t user, gid_t group) {
  char line[64];
  (void)!put("/proc/self/setgroups", "deny");
  snprintf(line, sizeof line, "%u %u 1", user, user);
  must(put("/proc/self/uid_map", line), "uid_map");
  snprintf(line, sizeof line, "%u %u 1", group, group);
  must(put("/proc/self/gid_map", line), "gid_map");
}

/*
 * /proc shows this namespace alone. What was mounted there is taken away first where that is allowed: else root could unmount ours and find
 * the processes of outside beneath. The tree of control groups is hidden; a fresh mount of it shows the agent's own group alone (cgroup_namespaces(7)).
 */
static void mount_own_view(bool cgroups) {
  must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
  umount2("/proc", MNT_DETACH);
  must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0, "/proc");
  if (access("/sys/fs/cgroup", F_OK) != 0) return;
  umount2("/sys/fs/cgroup", MNT_DETACH);
  bool hidden = mount("none", "/sys/fs/cgroup", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "size=4k,mode=555") == 0;
  must(hidden || !cgroups, "/sys/fs/cgroup");
}

/* What root could leave the namespace by: kernel modules, raw memory and disks, another kernel. */
static void drop_ways_out(void) {
  static const int ways[] = {CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT};
  for (size_t at = 0; at < sizeof ways / sizeof *ways; at++) prctl(PR_CAPBSET_DROP, ways[at], 0, 0, 0);
}

static void end_agent(pid_t agent, int signal) {
  if (kill(-agent, signal) != 0) kill(agent, signal);
}

/* True when no child is left. What the agent left behind is asked to end, and has the grace to do it. */
static bool reap_all(pid_t agent, bool *over) {
  int status;
  for (pid_t done; (done = waitpid(-1, &status, WNOHANG | WUNTRACED)) != 0;) {
    if (done < 0) return errno == ECHILD;
    if (done != agent) continue;
    if (WIFSTOPPED(status)) tell(WORD_STOPPED, WSTOPSIG(status), NULL);
    else {
      tell(WIFSIGNALED(status) ? WORD_KILLED : WORD_EXITED, WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), NULL);
      *over = true;
      kill(-1, SIGTERM);
      kill(-1, SIGCONT);
    }
  }
  return false;
}

static int watch_inside(const struct options *options, pid_t agent, int from_outside, int children) {
  struct pollfd ends[2] = {{.fd = from_outside, .events = POLLIN}, {.fd = children, .events = POLLIN}};
  long long until = 0;
  for (bool over = false;;) {
    bool was_over = over;
    if (reap_all(agent, &over) && over) return 0;
    if (over && !was_over) until = now_us() + options->grace_ms * 1000;
    long long left = over ? until - now_us() : 0;
    if (over && left <= 0) return 0;
    if (poll(ends, 2, over ? (int)(left / 1000) + 1 : -1) < 0 && errno != EINTR) return EXIT_CONTAIN;
    struct signalfd_siginfo info;
    if ((ends[1].revents & POLLIN) != 0) (void)!read(children, &info, sizeof info);
    unsigned char number;
    if ((ends[0].revents & POLLIN) != 0 && read(from_outside, &number, 1) == 1) end_agent(agent, number);
    else if ((ends[0].revents & (POLLHUP | POLLERR)) != 0) return EXIT_CONTAIN;
  }
}

static pid_t start_agent(const struct options *options, const struct terminal *terminal) {
  int told[2], error = 0;
  must(pipe2(told, O_CLOEXEC) == 0, "pipe");
  pid_t agent = fork();
  must(agent >= 0, "fork");
  if (agent == 0) {
    setpriority(PRIO_PROCESS, 0, 0);
    become_agent(options, terminal, told[1]);
  }
  close(told[1]);
  if (read(told[0], &error, sizeof error) == (ssize_t)sizeof error) {
    tell(WORD_NO_COMMAND, error, NULL);
    _exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
  }
  close(told[0]);
  tell(WORD_STARTED, (int)agent, NULL);
  return agent;
}

/* PID 1 of the agent's namespace. When it ends, for whatever reason, the kernel ends everybody in it. */
int run_inside(const struct options *options, const struct terminal *terminal, int from_outside, int to_outside, const int *join_fds) {
  outside = to_outside;
  static uid_t user;
  static gid_t group;
  if (join_fds == NULL) { /* before the namespaces: the numbers it has outside */
    user = geteuid();
    group = getegid();
    return 0;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct pollfd alive = {.fd = from_outside, .events = POLLIN};
  if (poll(&alive, 1, 0) > 0 && (alive.revents & POLLHUP) != 0) _exit(EXIT_CONTAIN);
  if (options->user_namespace) map_users(user, group);
  for (int at = 0; at < options->join_count; at++) must(write(join_fds[at], "0", 1) == 1, "cgroup.procs");
  bool own_cgroups = unshare(CLONE_NEWCGROUP) == 0;
  must(own_cgroups || options->level < 3, "cgroup namespace");
  mount_own_view(options->level == 3);
  prctl(PR_SET_DUMPABLE, 0);
  drop_ways_out();
  must(setsid() >= 0 || errno == EPERM, "setsid");
  if (options->terminal) must(ioctl(terminal->slave, TIOCSCTTY, 0) == 0, "controlling terminal");
  signal(SIGPIPE, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  sigset_t chld;
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  sigprocmask(SIG_SETMASK, &chld, NULL);
  int children = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
  must(children >= 0, "signalfd");
  return watch_inside(options, start_agent(options, terminal), from_outside, children);
}
