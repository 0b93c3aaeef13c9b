/*
 * Faults that a machine has once in a year, whenever the soak wants them: loaded into the server by
 * LD_PRELOAD, told what to do through a file that both have mapped (faults.ts writes it).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
  /* How far the wall clock is ahead, in milliseconds; the monotonic clock is never touched. */
  int64_t clock_ms;
  /* One sync in so many fails with EIO; 0 is none. */
  int64_t sync_one_in;
};

static volatile struct control *control;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("REDEEM_TEST_FAULTS");
  int fd = path ? open(path, O_RDWR) : -1;
  if (fd < 0) return;
  void *at = mmap(0, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) control = at;
}

static int sync_fails(void) {
  if (!control || control->sync_one_in <= 0 || rand() % control->sync_one_in != 0) return 0;
  errno = EIO;
  return 1;
}

int fdatasync(int fd) { return sync_fails() ? -1 : syscall(SYS_fdatasync, fd); }

int fsync(int fd) { return sync_fails() ? -1 : syscall(SYS_fsync, fd); }

int clock_gettime(clockid_t id, struct timespec *at) {
  int answer = syscall(SYS_clock_gettime, id, at);
  if (answer == 0 && id == CLOCK_REALTIME && control) at->tv_sec += control->clock_ms / 1000;
  return answer;
}

int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}
