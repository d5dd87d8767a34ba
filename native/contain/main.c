#include "options.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everything the watching process knows. One agent is one process of this program. */
struct state {
  struct options options;
  struct tree tree;
  struct terminal terminal;
  int to_inside, from_inside, children;
  bool over; /* the agent itself has ended */
  bool by_signal;
  int code;
  long long heard; /* when the last command came */
  long long until; /* when the grace of what the agent left behind ends; 0: not yet */
};

static _Noreturn void fail(const char *step, int error) {
  report("{\"event\":\"failed\",\"step\":\"%s\",\"errno\":%d,\"message\":\"%s\"}", step, error, strerror(error));
  fprintf(stderr, "aegis-contain: %s: %s\n", step, strerror(error));
  exit(EXIT_CONTAIN);
}

static void end(struct state *state, const char *cause, struct verdict verdict) {
  char survivors[1024] = "", number[16];
  for (int at = 0; at < verdict.alive && at < 64; at++) {
    snprintf(number, sizeof number, "%s%d", at == 0 ? "" : ",", verdict.survivors[at]);
    strcat(survivors, number);
  }
  close_terminal(&state->terminal, verdict.empty);
  for (int at = state->options.join_count - 1; at >= 0; at--) rmdir(state->options.joins[at]);
  report("{\"event\":\"ended\",\"cause\":\"%s\",\"level\":%d,\"empty\":%s,\"killed\":%d,\"alive\":%d,\"survivors\":[%s],\"by\":\"%s\",\"us\":%lld,"
         "\"%s\":%d}",
    cause, state->options.level, verdict.empty ? "true" : "false", verdict.killed, verdict.alive, survivors, verdict.by, verdict.us,
    !state->over ? "unfinished" : state->by_signal ? "signal" : "code", state->code);
  exit(verdict.empty ? 0 : 1);
}

static _Noreturn void kill_now(struct state *state, const char *cause) {
  end(state, cause, kill_tree(&state->options, &state->tree));
  abort();
}

/* Watched closely, and hard to hold up: as far as this user may ask for it. */
static void take_care(void) {
  setpriority(PRIO_PROCESS, 0, -10);
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    (void)!write(fd, "-1000", 5);
    close(fd);
  }
  mlockall(MCL_CURRENT);
  prctl(PR_SET_DUMPABLE, 0);
}

static void ask_to_end(struct state *state, int signal) {
  unsigned char number = (unsigned char)signal;
  if (state->options.level >= 2) (void)!write(state->to_inside, &number, 1);
  else if (!state->over && kill(-state->tree.first, signal) != 0) kill(state->tree.first, signal);
}

static void obey(struct state *state, const char *command) {
  state->heard = now_us();
  int number = 0;
  if (strcmp(command, "kill") == 0) kill_now(state, "kill");
  else if (strcmp(command, "beat") == 0) report("{\"event\":\"beat\"}"); /* whoever stopped this process is noticed by the silence */
  else if (strcmp(command, "resize") == 0) resize_terminal(&state->terminal);
  else if (strcmp(command, "continue") == 0) {
    pause_terminal(&state->terminal, false);
    ask_to_end(state, SIGCONT);
  } else if (sscanf(command, "signal %d", &number) == 1 && number > 0 && number < 65) ask_to_end(state, number);
}

static void read_commands(struct state *state) {
  static char held[4096];
  static size_t length;
  ssize_t got = read(state->options.control, held + length, sizeof held - 1 - length);
  if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) kill_now(state, "lost");
  if (got > 0) length += (size_t)got;
  held[length] = 0;
  char *line = held;
  for (char *stop; (stop = strchr(line, '\n')) != NULL; line = stop + 1) {
    *stop = 0;
    obey(state, line);
  }
  length -= (size_t)(line - held);
  memmove(held, line, length);
  if (length == sizeof held - 1) length = 0;
}

static void agent_ended(struct state *state, bool by_signal, int code) {
  state->over = true;
  state->by_signal = by_signal;
  state->code = code;
  state->until = now_us() + state->options.grace_ms * 1000;
  report("{\"event\":\"exited\",\"%s\":%d}", by_signal ? "signal" : "code", code);
}

static void agent_stopped(struct state *state, int signal) {
  pause_terminal(&state->terminal, true);
  report("{\"event\":\"stopped\",\"signal\":%d}", signal);
}

static void no_command(struct state *state, int error) {
  close_terminal(&state->terminal, false);
  for (int at = state->options.join_count - 1; at >= 0; at--) rmdir(state->options.joins[at]);
  report("{\"event\":\"failed\",\"step\":\"exec\",\"errno\":%d,\"message\":\"%s\"}", error, strerror(error));
  exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

static void hear_inside(struct state *state) {
  struct message message;
  ssize_t got = read(state->from_inside, &message, sizeof message);
  if (got == 0) state->from_inside = -1;
  if (got != (ssize_t)sizeof message) return;
  message.step[sizeof message.step - 1] = 0;
  switch (message.word) {
    case WORD_FAILED:
      waitpid(state->tree.first, NULL, 0);
      close_terminal(&state->terminal, false);
      for (int at = state->options.join_count - 1; at >= 0; at--) rmdir(state->options.joins[at]);
      fail(message.step, message.value);
    case WORD_NO_COMMAND: waitpid(state->tree.first, NULL, 0); no_command(state, message.value); return;
    case WORD_STARTED: report("{\"event\":\"started\",\"level\":%d,\"first\":%d}", state->options.level, state->tree.first); return;
    case WORD_STOPPED: agent_stopped(state, message.value); return;
    default: agent_ended(state, message.word == WORD_KILLED, message.value);
  }
}

/* Level 1: this process is the parent of the agent and of every orphan below it. */
static void hear_children(struct state *state) {
  struct signalfd_siginfo info;
  (void)!read(state->children, &info, sizeof info);
  if (state->options.level >= 2) return;
  int status;
  for (pid_t done; (done = waitpid(-1, &status, WNOHANG | WUNTRACED)) != 0;) {
    if (done < 0) {
      if (errno == ECHILD && state->over) state->until = now_us();
      return;
    }
    if (done == state->terminal.relay) {
      if (!WIFSTOPPED(status)) state->terminal.relay = 0;
    } else if (done == state->tree.first) {
      if (WIFSTOPPED(status)) agent_stopped(state, WSTOPSIG(status));
      else {
        agent_ended(state, WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        kill(-state->tree.first, SIGTERM);
      }
    }
  }
}

static void watch(struct state *state) {
  const struct options *options = &state->options;
  for (;;) {
    long long now = now_us(), next = 3600000000LL;
    if (options->silent_ms > 0) next = state->heard + options->silent_ms * 1000 - now;
    if (options->silent_ms > 0 && next <= 0) kill_now(state, "silent");
    if (options->level < 2 && state->over) {
      if (state->until - now <= 0) end(state, "exit", verify_tree(options, &state->tree));
      if (state->until - now < next) next = state->until - now;
    }
    struct pollfd ends[4] = {{.fd = options->control, .events = POLLIN}, {.fd = state->from_inside, .events = POLLIN},
      {.fd = state->children, .events = POLLIN}, {.fd = options->level >= 2 ? state->tree.first_fd : -1, .events = POLLIN}};
    if (poll(ends, 4, (int)(next / 1000) + 1) < 0) {
      if (errno == EINTR) continue;
      kill_now(state, "fault");
    }
    if (ends[0].revents != 0) read_commands(state);
    if (ends[1].revents != 0) hear_inside(state);
    else if (ends[3].revents != 0) end(state, "exit", verify_tree(options, &state->tree));
    if (ends[2].revents != 0) hear_children(state);
  }
}

static void start_inside(struct state *state, const int *join_fds) {
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) fail("pipe", errno);
  int flags = CLONE_NEWPID | CLONE_NEWNS | (state->options.user_namespace ? CLONE_NEWUSER : 0) | SIGCHLD;
  run_inside(&state->options, NULL, -1, -1, NULL);
  pid_t first = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (first < 0) fail("namespaces", errno);
  if (first == 0) {
    close(down[1]);
    close(up[0]);
    _exit(run_inside(&state->options, &state->terminal, down[0], up[1], join_fds));
  }
  close(down[0]);
  close(up[1]);
  state->to_inside = down[1];
  state->from_inside = up[0];
  state->tree.first = first;
}

static void start_beside(struct state *state, const int *join_fds) {
  int told[2], error = 0;
  if (pipe2(told, O_CLOEXEC) != 0) fail("pipe", errno);
  if (state->options.terminal && (setsid() < 0 || ioctl(state->terminal.slave, TIOCSCTTY, 0) != 0)) fail("controlling terminal", errno);
  pid_t agent = fork();
  if (agent < 0) fail("fork", errno);
  if (agent == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int at = 0; at < state->options.join_count; at++) (void)!write(join_fds[at], "0", 1);
    become_agent(&state->options, &state->terminal, told[1]);
  }
  close(told[1]);
  state->tree.first = agent;
  if (read(told[0], &error, sizeof error) == (ssize_t)sizeof error) no_command(state, error);
  close(told[0]);
  report("{\"event\":\"started\",\"level\":1,\"first\":%d}", agent);
}

static void hold_children(struct state *state) {
  sigset_t chld;
  sigemptyset(&chld);
  sigaddset(&chld, SIGCHLD);
  sigprocmask(SIG_SETMASK, &chld, NULL);
  state->children = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
  /* Whoever stops or ends it by hand ends the agent too: the parent sees to that. */
  for (size_t at = 0; at < 6; at++) signal((int[]){SIGPIPE, SIGHUP, SIGTTOU, SIGTTIN, SIGINT, SIGTSTP}[at], SIG_IGN);
}

int main(int argc, char **argv) {
  (void)argc;
  static struct state state;
  state.from_inside = state.to_inside = -1;
  state.terminal.master = state.terminal.slave = -1;
  read_options(&state.options, argv + 1);
  struct options *options = &state.options;
  report_to(options->report);
  if (options->report >= 0) fcntl(options->report, F_SETFD, FD_CLOEXEC);
  if (options->control >= 0) fcntl(options->control, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  open_cgroup(options, &state.tree);
  if (options->level == 3 && (state.tree.cgroup_kill < 0 || state.tree.cgroup_events < 0)) fail("cgroup.kill", errno);
  int join_fds[MOST_JOINS];
  for (int at = 0; at < options->join_count; at++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/cgroup.procs", options->joins[at]);
    if ((join_fds[at] = open(path, O_WRONLY | O_CLOEXEC)) < 0) fail("cgroup.procs", errno);
  }
  if (options->terminal && !open_terminal(&state.terminal)) fail("terminal", errno);
  hold_children(&state);
  state.heard = now_us();
  if (options->level >= 2) start_inside(&state, join_fds);
  else start_beside(&state, join_fds);
  state.tree.first_fd = (int)syscall(SYS_pidfd_open, state.tree.first, 0);
  if (options->terminal) start_relay(&state.terminal);
  take_care();
  watch(&state);
}
