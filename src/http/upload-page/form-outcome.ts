import type { Problem } from "../../problem.ts";
import type { Records } from "../../records/records.ts";
import { standingOf } from "../../upload/token-status.ts";
import type { SiteLook } from "../../web/page-shell.tsx";
import { renderOutcomePage } from "../../web/outcome-page.tsx";
import { languageOf } from "../language.ts";
import { linkPageAnswer } from "./page-answer.ts";

/** What a form without script is answered with. */
export type FormAnswers = {
  /** @param problem undefined where the file has arrived */
  render(
    request: Request,
    uploadToken: string | undefined,
    problem: Problem | undefined,
  ): Promise<Response>;
};

export type FormContext = {
  records: Pick<Records, "tokens">;
  now: () => number;
  /** @param root what leads from a page's address to the root of the site */
  lookAt: (root: string) => SiteLook;
};

/** Pages of words in place of envelopes, in the language of whoever has sent a form (`format=page`, protocol 4.3). */
export function createFormAnswers({ records, now, lookAt }: FormContext): FormAnswers {
  return {
    render: async (request, uploadToken, problem) => {
      const root = rootFrom(new URL(request.url).pathname);
      const standing = uploadToken ? await standingOf(records, uploadToken, now()) : undefined;
      const takesMore = standing?.state === "open" || standing?.state === "busy";
      const html = renderOutcomePage({
        site: lookAt(root),
        language: languageOf(request),
        root,
        outcome: problem
          ? { kind: "refused", code: problem.code, message: problem.message }
          : { kind: "arrived" },
        uploadPage: takesMore ? `${root}upload/${uploadToken}` : undefined,
        remaining: standing ? standing.token.maxUploads - standing.uses.consumed : 0,
      });
      const wait = problem?.retryAfter;
      return linkPageAnswer(html, problem?.status ?? 200, {
        vary: "Accept-Language",
        ...(problem && { "redeem-code": problem.code }),
        ...(wait && { "retry-after": String(wait) }),
      });
    },
  };
}

/** What leads from a path to the root of the site. A proxy may have taken a path off before it. */
function rootFrom(path: string): string {
  return "../".repeat(Math.max(0, path.split("/").length - 2));
}
