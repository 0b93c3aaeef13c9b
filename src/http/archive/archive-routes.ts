import { Elysia, t } from "elysia";
import { version } from "../../../package.json";
import { renderArchivePage } from "../../web/archive-page.tsx";
import { sendingTexts, textsOf } from "../../web/texts/texts.ts";
import type { SignedIn } from "../../session/sessions.ts";
import { HIDDEN } from "../docs/pages.ts";
import { eventsAnswer } from "./events-route.ts";
import { archiveAnswer, OLD_LINK } from "./answers.ts";
import { signedInBy } from "./session-caller.ts";
import type { SignInContext } from "./sign-in-context.ts";
import {
  askAgain,
  isFromElsewhere,
  openByLink,
  openPage,
  pageFor,
  signIn,
  signInPage,
} from "./sign-in.ts";
import { endAll, endOne, signOut } from "./sign-out.ts";

const DAY_MS = 86_400_000;

const LINK = t.Object({ secret: t.String({ maxLength: 200 }) });
const FORM = { parse: "none", detail: HIDDEN } as const;

/** What stands below `/archive`: the archive's page, and how somebody gets to see it (protocol 9). */
export function archiveRoutes(context: SignInContext) {
  return (
    new Elysia()
      .get("/archive", ({ request }) => archivePage(context, request), { detail: HIDDEN })
      .get("/archive/events", ({ request, server }) => eventsAnswer(context, request, server), {
        detail: HIDDEN,
      })
      // Without this, Elysia would answer HEAD by opening an event stream that nobody reads.
      .head("/archive/events", () => new Response(null, { status: 405 }), { detail: HIDDEN })
      .post("/archive/sign-in", ({ request }) => signIn(context, request), FORM)
      .post("/archive/sign-out", ({ request }) => signOut(context, request, endOne), FORM)
      .post(
        "/archive/sign-out-everywhere",
        ({ request }) => signOut(context, request, endAll),
        FORM,
      )
      .get(
        "/archive/open/:secret",
        ({ request, params }) => openPage(context, request, params.secret),
        { params: LINK, detail: HIDDEN },
      )
      .post(
        "/archive/open/:secret",
        ({ request, params }) => openByLink(context, request, params.secret),
        { ...FORM, params: LINK },
      )
  );
}

async function archivePage(context: SignInContext, request: Request): Promise<Response> {
  const found = await signedInBy(request, context.credentials);
  if (found) return signedInPage(context, request, found.signedIn);
  if (isFromElsewhere(request)) return askAgain(pageFor(context, request), "/archive");
  const isSignedOut = new URL(request.url).searchParams.has("signed-out");
  return signInPage(context, request, isSignedOut ? "signedOut" : undefined);
}

function signedInPage(
  context: SignInContext,
  request: Request,
  { csrf, level, userId }: SignedIn,
): Response {
  const { site, base, language } = pageFor(context, request);
  const allTexts = textsOf(language);
  const { archive: texts, common } = allTexts;
  const words = { language, texts, common, sending: sendingTexts(allTexts) };
  const cameByOldLink = new URL(request.url).searchParams.has(OLD_LINK);
  const who = { csrf, level, userId, cameByOldLink };
  const { publicList, maxSize, types } = context;
  const takes = { maxSize, types };
  const data = { ...who, siteName: site.name, base, publicList, takes, ...words, version };
  const trashDays = Math.floor(context.keepDeletedMs / DAY_MS);
  return archiveAnswer(renderArchivePage({ ...data, trashDays }, site, `${base}/`));
}
