/** The cookies of a request, as name and value, in the order in which the browser sends them: a name may stand there more than once. */
export function cookiesOf(request: Request): [name: string, value: string][] {
  const pairs = (request.headers.get("cookie") ?? "").split(";");
  return pairs.flatMap((pair) => {
    const end = pair.indexOf("=");
    return end === -1 ? [] : [[pair.slice(0, end).trim(), pair.slice(end + 1).trim()]];
  });
}

/** `Set-Cookie` of a cookie that no script reads. */
export function writeCookie(
  name: string,
  value: string,
  options: {
    /** How long the browser keeps it; 0: it is deleted. */
    seconds: number;
    sameSite: "Strict" | "Lax";
    /** Without it browsers send it to what lies beside the address that it came from. */
    path?: string;
    /** The browser sends it by https alone. */
    secure: boolean;
  },
): string {
  const { seconds, sameSite, path, secure } = options;
  return [
    `${name}=${value}`,
    ...(path === undefined ? [] : [`Path=${path}`]),
    `Max-Age=${seconds}`,
    "HttpOnly",
    `SameSite=${sameSite}`,
    ...(secure ? ["Secure"] : []),
  ].join("; ");
}

/**
 * Whether the browser came by https: to the server itself, or to the public address. One that came by http to another address of the
 * server would not take a cookie that is `Secure`.
 */
export function isEncrypted(request: Request, publicUrl: string): boolean {
  const { protocol, host } = new URL(request.url);
  if (protocol === "https:") return true;
  const own = new URL(publicUrl);
  if (own.protocol !== "https:") return false;
  const origin = URL.parse(request.headers.get("origin") ?? "");
  return origin ? origin.protocol === "https:" : own.host === host;
}
