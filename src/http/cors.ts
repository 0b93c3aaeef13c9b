/** The methods that other sites' pages may call (protocol 5). */
const OPEN_METHODS =
  /^\/api\/(2\/)?photo\/(redeem-upload-token(-many)?|redeem-replace-token|replace|update-upload-token|delete-upload-token|upload-token-status|cancel-upload)$/;

const METHODS = "GET, POST, PUT, PATCH, OPTIONS";

/** What a page may read of an answer, beside its body. */
const EXPOSED = "Location, Redeem-Code, Retry-After, X-Request-Id";

export type Cors = {
  /** Whether a path answers other origins. */
  covers(path: string): boolean;
  /** Headers of every answer of such a path, errors and redirects too. */
  headers(request: Request): Record<string, string>;
  /** The answer to a preflight. */
  preflight(request: Request): Response;
};

/** @param origins the operator's list; `*` is any */
export function createCors(origins: readonly string[]): Cors {
  const any = origins.includes("*");

  function headers(request: Request): Record<string, string> {
    const origin = request.headers.get("origin");
    if (origin === null) return any ? { "access-control-allow-origin": "*" } : { vary: "Origin" };
    if (!any && !origins.includes(origin)) return { vary: "Origin" };
    return {
      // Echoed, since "*" does not go with credentials, which Resumable.js can be told to send.
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": EXPOSED,
      vary: "Origin",
    };
  }

  return {
    covers: (path) => OPEN_METHODS.test(path),
    headers,
    preflight: (request) => {
      const answer = headers(request);
      const wanted = request.headers.get("access-control-request-headers");
      if (answer["access-control-allow-origin"]) {
        answer["access-control-allow-methods"] = METHODS;
        answer["access-control-max-age"] = "86400";
        if (wanted && /^[\w\s,-]{1,1000}$/.test(wanted)) {
          answer["access-control-allow-headers"] = wanted;
        }
      }
      answer["vary"] = "Origin, Access-Control-Request-Headers";
      return new Response(null, { status: 204, headers: { ...answer, allow: METHODS } });
    },
  };
}
