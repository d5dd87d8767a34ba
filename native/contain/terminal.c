#include "contain.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static bool raw;

static void set_raw(int fd) {
  struct termios mode = before;
  cfmakeraw(&mode);
  raw = tcsetattr(fd, TCSADRAIN, &mode) == 0;
}

/* A pseudoterminal with the modes and the size of the user's. The agent never holds the user's own terminal. */
bool open_terminal(struct terminal *terminal) {
  terminal->outer = 0;
  char name[64];
  int unlock = 0, number;
  if (tcgetattr(0, &before) != 0 || (terminal->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) return false;
  if (ioctl(terminal->master, TIOCSPTLCK, &unlock) != 0 || ioctl(terminal->master, TIOCGPTN, &number) != 0) return false;
  snprintf(name, sizeof name, "/dev/pts/%d", number);
  if ((terminal->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) return false;
  tcsetattr(terminal->slave, TCSANOW, &before);
  resize_terminal(terminal);
  return true;
}

void resize_terminal(const struct terminal *terminal) {
  struct winsize size;
  if (terminal->master >= 0 && ioctl(terminal->outer, TIOCGWINSZ, &size) == 0) ioctl(terminal->master, TIOCSWINSZ, &size);
}

static bool carry(int from, int to) {
  char bytes[16384];
  ssize_t length = read(from, bytes, sizeof bytes);
  if (length < 0) return errno == EINTR || errno == EAGAIN;
  for (ssize_t at = 0; at < length;) {
    ssize_t written = write(to, bytes + at, (size_t)(length - at));
    if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
    if (written > 0) at += written;
  }
  return length > 0;
}

/* A process of its own: a terminal that takes no bytes may hold it up, and nobody else. */
void start_relay(struct terminal *terminal) {
  set_raw(terminal->outer);
  terminal->relay = fork();
  if (terminal->relay != 0) {
    close(terminal->slave);
    terminal->slave = -1;
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(terminal->slave);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  struct pollfd ends[2] = {{.fd = terminal->master, .events = POLLIN}, {.fd = terminal->outer, .events = POLLIN}};
  for (;;) {
    if (poll(ends, 2, -1) < 0 && errno != EINTR) _exit(1);
    if ((ends[0].revents & (POLLIN | POLLHUP)) != 0 && !carry(terminal->master, 1)) _exit(0);
    if ((ends[1].revents & POLLIN) != 0 && !carry(terminal->outer, terminal->master)) ends[1].fd = -1;
    if ((ends[1].revents & (POLLHUP | POLLERR)) != 0 && (ends[1].revents & POLLIN) == 0) ends[1].fd = -1;
  }
}

void pause_terminal(struct terminal *terminal, bool paused) {
  if (terminal->relay <= 0) return;
  if (paused) {
    kill(terminal->relay, SIGSTOP);
    tcsetattr(terminal->outer, TCSADRAIN, &before);
    return;
  }
  tcgetattr(terminal->outer, &before);
  set_raw(terminal->outer);
  resize_terminal(terminal);
  kill(terminal->relay, SIGCONT);
}

/* What the agent wrote last is carried out, for half a second at most; then the terminal is as it was. */
void close_terminal(struct terminal *terminal, bool drain) {
  if (terminal->relay > 0) {
    for (int turns = 0; drain && turns < 250 && waitpid(terminal->relay, NULL, WNOHANG) == 0; turns++) poll(NULL, 0, 2);
    kill(terminal->relay, SIGKILL);
    waitpid(terminal->relay, NULL, 0);
    terminal->relay = 0;
  }
  if (raw) tcsetattr(terminal->outer, TCSANOW, &before);
  raw = false;
}
