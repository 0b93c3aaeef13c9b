/**
 * How many requests may be under way, for a connection and in all. What is beyond is refused at once:
 * a queue would only move the memory.
 *
 * Bun runs the handlers of everything that one read of a connection brings (up to 512 KiB, thousands of
 * small GETs) in one turn of the event loop. What an answer leaves (the answer itself until it is sent,
 * its line in the log) goes at the end of the turn; so a request counts until then, not only until its
 * answer is made. Where an answer has to wait for anything, Bun by itself ends a connection that
 * sends the next request.
 */
export type RequestAdmission = {
  /**
   * Lets a request in, or does not.
   * @param connection what tells connections apart; undefined where nobody knows, and only the total counts
   * @returns whether it may go on: `leave` has to be called then, with the same connection
   */
  enter(connection: string | undefined): boolean;
  leave(connection: string | undefined): void;
};

export type RequestLimits = {
  perConnection: number;
  total: number;
  /** Requests that the server itself counts: those whose answer is still being sent are among them. */
  pending: () => number;
};

export function createAdmission({
  perConnection,
  total,
  pending,
}: RequestLimits): RequestAdmission {
  let open = 0;
  const ofConnection = new Map<string, number>();
  let answered: (string | undefined)[] = [];

  function countOutAnswered(): void {
    open -= answered.length;
    for (const connection of answered) {
      if (connection === undefined) continue;
      const left = (ofConnection.get(connection) ?? 1) - 1;
      if (left > 0) ofConnection.set(connection, left);
      else ofConnection.delete(connection);
    }
    answered = [];
  }

  return {
    enter: (connection) => {
      if (open >= total || pending() > total) return false;
      if (connection !== undefined) {
        const before = ofConnection.get(connection) ?? 0;
        if (before >= perConnection) return false;
        ofConnection.set(connection, before + 1);
      }
      open += 1;
      return true;
    },
    leave: (connection) => {
      answered.push(connection);
      // One for all that are answered in this turn: one for each would be such a queue itself.
      if (answered.length === 1) setImmediate(countOutAnswered);
    },
  };
}
