#include "contain.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>


/*
 * TIOCSTI and TIOCLINUX write into a terminal as if a person typed (CVE-2017-5226). Only root can use them on a terminal that is not its own;
 * where the filter cannot be set without no_new_privs, the kernel refuses them already.
 */
void refuse_terminal_injection(void) {
  struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
#if defined(__x86_64__)
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 5, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    /* 64 bit, and its x32 form */
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 16, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40000000 + 514, 3, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 54, 0, 4),
#else
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_AARCH64, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_ARM, 5, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 29, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 29, 3, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 54, 0, 4),
#endif
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x5412, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x541c, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* Runs the command in place of this process. `told` closes at the exec, or carries the error number. */
_Noreturn void become_agent(const struct options *options, const struct terminal *terminal, int told) {
  setpgid(0, 0);
  if (options->terminal) {
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(terminal->slave, getpid());
    for (int fd = 0; fd < 3; fd++)
      if (isatty(fd)) dup2(terminal->slave, fd);
  }
  for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (options->processes > 0) {
    struct rlimit most = {.rlim_cur = (rlim_t)options->processes, .rlim_max = (rlim_t)options->processes};
    setrlimit(RLIMIT_NPROC, &most);
  }
  int kept = dup3(told, 3, O_CLOEXEC) == 3 ? 3 : told;
  syscall(SYS_close_range, kept == 3 ? 4U : 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  refuse_terminal_injection();
  execvp(options->command[0], options->command);
  int error = errno;
  (void)!write(kept, &error, sizeof error);
  _exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}
