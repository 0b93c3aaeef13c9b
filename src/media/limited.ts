/** Limits that the system holds a program to, where it can (Linux with util-linux's prlimit). */
export type ProgramLimits = {
  /** Bytes of memory that it may ask for. */
  memory?: number;
  /** Bytes of address space: for programs that reserve no more than they need. */
  addressSpace?: number;
  /** Seconds of the processor. */
  cpuSeconds?: number;
  /** Bytes of a file that it may write. */
  fileSize?: number;
};

/**
 * The words of a command line that runs this program within limits, and behind everybody else who wants the processor.
 * They start each other in one process, which can be killed as one.
 */
export function limitedCommand(
  command: readonly string[],
  { memory, addressSpace, cpuSeconds, fileSize }: ProgramLimits,
): string[] {
  const limits: string[] = ["--core=0"];
  if (memory !== undefined) limits.push(`--data=${memory}`);
  if (addressSpace !== undefined) limits.push(`--as=${addressSpace}`);
  if (cpuSeconds !== undefined) limits.push(`--cpu=${cpuSeconds}`);
  if (fileSize !== undefined) limits.push(`--fsize=${fileSize}`);
  const nice = working("nice", "-n", "19");
  const prlimit = process.platform === "linux" ? working("prlimit", "--core=0") : null;
  const words = nice ? [nice, "-n", "19"] : [];
  if (prlimit) words.push(prlimit, ...limits);
  return [...words, ...command];
}

const tried = new Map<string, string | null>();

/** Where the program is; null where it is not, or may not do this: a service may be forbidden to. FoundFacts out once. */
function working(program: string, ...words: string[]): string | null {
  const known = tried.get(program);
  if (known !== undefined) return known;
  const path = Bun.which(program);
  const found = path && Bun.spawnSync([path, ...words, "true"]).exitCode === 0 ? path : null;
  tried.set(program, found);
  return found;
}
