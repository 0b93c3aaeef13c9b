import { type FileUpload, sentBytes, storedBytes } from "./file-upload.ts";
import type { FileState, Transfer, Trouble } from "./types.ts";
import { worstTrouble } from "./trouble.ts";

/** What components see of a file at this moment. @param online whether the browser reports a network */
export function snapshotOf(upload: FileUpload, online: boolean): Transfer {
  const { id, picked, continued, waitsFor, refusal, outcome } = upload;
  const { file, path } = picked;
  const state = stateOf(upload, online);
  return {
    id,
    name: file.name,
    path,
    size: file.size,
    type: file.type,
    file,
    state,
    sent: state === "done" ? file.size : sentBytes(upload),
    stored: state === "done" ? file.size : storedBytes(upload),
    speed: state === "sending" ? upload.speedometer.speed() : undefined,
    telling: upload.telling !== undefined,
    continued,
    trouble: troubleOf(upload),
    retryAt: retryAtOf(upload),
    waitsFor,
    ...(refusal === undefined ? {} : { refusal }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function stateOf(upload: FileUpload, online: boolean): FileState {
  const { state } = upload;
  if (!online && (state === "waiting" || state === "sending")) return "offline";
  return state === "sending" && isBehindOthers(upload) ? "waiting" : state;
}

/** Whether the file is in a request with others, and the bytes of files before it are still being sent. */
function isBehindOthers({ jobs }: FileUpload): boolean {
  return [...jobs].some(({ batch, loaded, failed }) => batch && loaded === 0 && failed === 0);
}

/** Why nothing of it gets through: the last attempt of each chunk on its way has failed. */
function troubleOf({ jobs }: FileUpload): Trouble | undefined {
  return worstTrouble([...jobs].map(({ failed, trouble }) => (failed > 0 ? trouble : undefined)));
}

/** When its next chunk is tried again, in Unix milliseconds; undefined while an attempt is under way. */
function retryAtOf({ jobs }: FileUpload): number | undefined {
  const times = [...jobs].map(({ retryAt }) => retryAt);
  if (times.length === 0 || times.includes(undefined)) return undefined;
  return Math.min(...times.map(Number));
}
