import { startMediaProcess, type MediaProcess } from "./media-process.ts";

/** Jobs of one process: what it loses in memory is given back then. */
const JOBS_OF_A_PROCESS = 200;

/** The media process of a lane, which is started with its first job and kept while there are more. */
export type LaneProcess = {
  /** The process for the next job: the same, or a new one where that has ended or has made `JOBS_OF_A_PROCESS`. */
  next(): MediaProcess;
  isStarted(): boolean;
  end(): void;
};

/**
 * @param program the command line of this program
 * @param processes those that are alive, of all lanes
 */
export function createLaneProcess(
  program: readonly string[],
  processes: Set<MediaProcess>,
): LaneProcess {
  let process: MediaProcess | undefined;
  let jobs = 0;

  function end(): void {
    if (!process) return;
    process.kill();
    processes.delete(process);
    process = undefined;
  }

  return {
    next: () => {
      if (!process?.isAlive() || jobs >= JOBS_OF_A_PROCESS) {
        end();
        process = startMediaProcess(program);
        processes.add(process);
        jobs = 0;
      }
      jobs += 1;
      return process;
    },
    isStarted: () => process !== undefined,
    end,
  };
}
