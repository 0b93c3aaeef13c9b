import { join } from "node:path";

/** Starts one of the small servers in servers/, which prints its port. */
export async function startBun(
  script: string,
  folder: string,
): Promise<{ port: number; pid: number; stop(): Promise<void> }> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "servers", script), folder], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, NODE_ENV: "production" },
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${script} did not start: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return {
    port: Number(text.trim()),
    pid: child.pid,
    stop: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
