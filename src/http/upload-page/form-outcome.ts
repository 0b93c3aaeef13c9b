import type { Settings } from "../../config.ts";
import type { Problem } from "../../problem.ts";
import type { Records } from "../../records/records.ts";
import { maxSizeOf } from "../../upload/limits.ts";
import type { Params } from "../../upload/params.ts";
import { saidIn, type Passphrases } from "../../upload/passphrase.ts";
import { standingOf, type Standing } from "../../upload/token-status.ts";
import { renderOutcomePage, type FormRefusal, type ClosedState } from "../../web/outcome-page.tsx";
import type { SiteLook } from "../../web/page-shell.tsx";
import { languageOf, likedTagsOf } from "../language.ts";
import { linkPageAnswer } from "./page-answer.ts";

/** What a form without script is answered with. */
export type FormAnswers = {
  /**
   * @param params what the form has said, as far as it was read
   * @param problem undefined where the file has arrived
   */
  render(request: Request, params: Params, problem: Problem | undefined): Promise<Response>;
};

export type FormContext = {
  records: Pick<Records, "tokens">;
  passphrases: Pick<Passphrases, "opens">;
  config: Pick<Settings, "REDEEM_MAX_SIZE" | "REDEEM_TYPES">;
  now: () => number;
  /** @param root what leads from a page's address to the root of the site */
  lookAt: (root: string) => SiteLook;
};

/** Pages of words in place of envelopes, in the language of whoever has sent a form (`format=page`, protocol 4.3). */
export function createFormAnswers(context: FormContext): FormAnswers {
  const { records, now, lookAt } = context;
  return {
    render: async (request, params, problem) => {
      const root = rootFrom(new URL(request.url).pathname);
      const uploadToken = params.get("upload_token");
      const standing = uploadToken ? await standingOf(records, uploadToken, now()) : undefined;
      const html = renderOutcomePage({
        site: lookAt(root),
        language: languageOf(request),
        liked: likedTagsOf(request),
        root,
        refusal: problem && (await refusalOf(context, problem, standing, params)),
        uploadPage: endOf(standing) ? undefined : `${root}upload/${uploadToken}`,
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

/** How a link has come to its end; undefined while it takes files. */
function endOf(standing: Standing | undefined): ClosedState | undefined {
  const state = standing?.state ?? "invalid";
  return state === "open" || state === "busy" ? undefined : state;
}

async function refusalOf(
  { passphrases, config }: FormContext,
  { code, message }: Problem,
  standing: Standing | undefined,
  params: Params,
): Promise<FormRefusal> {
  const end = endOf(standing);
  if (code === "invalid_upload_token" && end) return { kind: "link", end };
  // It had no place when the file came, and has one now.
  const isOpenAgain = code === "invalid_upload_token";
  const said = {
    kind: "file",
    code: isOpenAgain ? "temporarily_unavailable" : code,
    message,
  } as const;
  if (standing === undefined) return said;
  const { token } = standing;
  // What a link takes is told to nobody who has not said its passphrase.
  const owner = { token, uploadToken: params.get("upload_token") ?? "" };
  const { grant } = saidIn(params);
  if (!(await passphrases.opens(owner, { grant, passphrase: undefined }, undefined))) return said;
  const maxSize = maxSizeOf(token, config.REDEEM_MAX_SIZE);
  return { ...said, limits: { maxSize, types: token.types ?? config.REDEEM_TYPES } };
}

/** What leads from a path to the root of the site. A proxy may have taken a path off before it. */
function rootFrom(path: string): string {
  return "../".repeat(Math.max(0, path.split("/").length - 2));
}
