/** The floor: reads a body and drops it. What Bun itself costs, and the client's ceiling. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: 2 ** 40,
  fetch: async (request) => {
    let bytes = 0;
    if (request.body) for await (const piece of request.body) bytes += piece.length;
    return new Response(String(bytes));
  },
});
console.log(server.port);
