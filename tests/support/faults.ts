import { systemCalls, type Calls } from "../../src/files/calls.ts";

/** System calls that fail where a test says so: the fault is in the machine, the server is real. */
export type Faults = {
  calls: Calls;
  /** What was called, in order. */
  readonly made: string[];
  /** The call after so many others fails, once. */
  fail(code: string, after?: number, name?: keyof Calls): void;
  /** Nothing fails any more. */
  heal(): void;
};

export function createFaults(): Faults {
  const made: string[] = [];
  let fault: { code: string; left: number; name: keyof Calls | undefined } | undefined;

  function note(name: keyof Calls): void {
    made.push(name);
    if (!fault || (fault.name !== undefined && fault.name !== name)) return;
    if (fault.left > 0) {
      fault.left -= 1;
      return;
    }
    const { code } = fault;
    fault = undefined;
    throw Object.assign(new Error(`${code}: injected at ${name}`), { code });
  }

  return {
    made,
    fail: (code, after = 0, name = undefined) => {
      fault = { code, left: after, name };
    },
    heal: () => {
      fault = undefined;
    },
    calls: {
      open: (path, flags, mode) => {
        note("open");
        return systemCalls.open(path, flags, mode);
      },
      fdatasync: async (fd) => {
        note("fdatasync");
        await systemCalls.fdatasync(fd);
      },
      fsync: async (fd) => {
        note("fsync");
        await systemCalls.fsync(fd);
      },
      rename: async (from, to) => {
        note("rename");
        await systemCalls.rename(from, to);
      },
      unlink: async (path) => {
        note("unlink");
        await systemCalls.unlink(path);
      },
      mkdir: async (path) => {
        note("mkdir");
        return systemCalls.mkdir(path);
      },
    },
  };
}
