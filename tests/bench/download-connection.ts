/** One keep-alive connection that fetches, counts the bytes of each body, and keeps none of them. */
export async function openDownloads(port: number) {
  /** Of the answer that is coming: undefined before the end of its head. */
  let left: number | undefined;
  let head = "";
  let status = 0;
  let bytes = 0;
  let waiting: PromiseWithResolvers<{ status: number; bytes: number }> | undefined;

  function take(piece: Buffer): void {
    let body = piece.length;
    if (left === undefined) {
      const before = head.length;
      head += piece.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      status = Number(head.slice(9, 12));
      left = bodyLength(head.slice(0, end), status);
      bytes = left;
      body -= end + 4 - before;
    }
    left -= body;
    if (left > 0) return;
    if (left < 0) return waiting?.reject(new Error("more bytes than the answer's length"));
    left = undefined;
    head = "";
    waiting?.resolve({ status, bytes });
  }

  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, piece) => take(piece),
      close: () => waiting?.reject(new Error("the server closed the connection")),
      error: (_, error) => waiting?.reject(error),
    },
  });
  return {
    fetch: (request: string) => {
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    end: () => void socket.end(),
  };
}

function bodyLength(head: string, status: number): number {
  if (status === 304) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${head}`);
  return Number(length);
}
