#include "contain.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int report_fd = -1;

void report_to(int fd) { report_fd = fd; }

/* One event is one write below PIPE_BUF. A reader that is gone or full is none of the kill's business. */
void report(const char *format, ...) {
  char line[2048];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line - 1, format, values);
  va_end(values);
  if (report_fd < 0 || length < 0) return;
  if ((size_t)length > sizeof line - 2) length = sizeof line - 2;
  line[length] = '\n';
  ssize_t written;
  do written = write(report_fd, line, (size_t)length + 1);
  while (written < 0 && errno == EINTR);
}

long long now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}
