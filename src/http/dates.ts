/** The API's way of writing a time: YYYY-MM-DD HH:MM:SS, UTC. */
export function ansiDate(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
