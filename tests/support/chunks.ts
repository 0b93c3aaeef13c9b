/** What Resumable.js sends for a file, without Resumable.js. */
export type Plan = {
  identifier: string;
  filename: string;
  chunkSize: number;
  totalSize: number;
};

export type Piece = { number: number; start: number; end: number };

/** The chunks of a plan. Resumable.js gives the last one the remainder, unless `force`. */
export function pieces(plan: Plan, force = false): Piece[] {
  const { totalSize, chunkSize } = plan;
  const count = Math.max((force ? Math.ceil : Math.floor)(totalSize / chunkSize), 1);
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * chunkSize,
    end: index === count - 1 ? totalSize : (index + 1) * chunkSize,
  }));
}

export function chunkFields(plan: Plan, number: number): [string, string][] {
  return [
    ["resumableChunkNumber", String(number)],
    ["resumableChunkSize", String(plan.chunkSize)],
    ["resumableTotalSize", String(plan.totalSize)],
    ["resumableIdentifier", plan.identifier],
    ["resumableFilename", plan.filename],
  ];
}

/** A form as Resumable.js sends it: fields first, the file last. */
export function chunkForm(
  token: string,
  plan: Plan,
  piece: Piece,
  file: Uint8Array<ArrayBuffer>,
): FormData {
  const form = new FormData();
  for (const [name, value] of chunkFields(plan, piece.number)) form.append(name, value);
  form.append("upload_token", token);
  form.append("file", new Blob([file.slice(piece.start, piece.end)]), plan.filename);
  return form;
}
