import type { Translated } from "./message.ts";

/**
 * The English texts, of which all others are translations (the type of those checks that none is missing). A part of it for
 * each page: what a page says in the browser is sent with it.
 */
export const en = {
  /** On several pages. */
  common: {
    close: "Close",
    cancel: "Cancel",
    undo: "Undo",
    copy: "Copy",
    copied: "Copied",
    tryNow: "Try now",
    noAnswer: "The server does not answer.",
  },
  /** On the page at `/`. */
  front: {
    what: "This server receives files from people who were sent an upload link. If you have one, open it.",
    developers: "For developers: {link}.",
    documentation: "the documentation of the API",
    collect: "For whoever collects: {link}.",
    archive: "the archive",
  },
  /** On the upload page. */
  upload: {
    title: "Upload",
    usedHeading: "This upload link has already been used.",
    usedSentence: "Everything it was meant for has been sent.",
    expiredHeading: "This upload link has expired.",
    expiredSentence: "Ask for a new one where you got it.",
    invalidHeading: "This upload link is not valid.",
    invalidSentence: "Check that the address is complete.",
  },
  /** On the pages that somebody sees who is not signed in at `/archive`. Between backticks: what is typed at a terminal. */
  signIn: {
    title: "Sign in",
    key: "API key",
    button: "Sign in",
    noKeyHeading: "No key at hand?",
    noKey:
      "On the machine that this server runs on, `redeem open` prints a link that signs in, and `redeem key create` makes an API key.",
    openSentence: "This link signs you in, once.",
    goOn: "To the archive",
    notices: {
      noKey: "Type an API key.",
      wrongKey: "This API key is not valid.",
      noUse: "This API key may not see the archive.",
      tooMany:
        "Too many wrong keys were tried. Wait a little, or sign in by a link: `redeem open` prints one.",
      foreignPage:
        "This did not come from a page of this server. Behind a proxy, REDEEM_PUBLIC_URL has to be the address that you see.",
      signedOut: "You are signed out.",
      linkUsed: "This link has been used: each signs in once. `redeem open` prints another one.",
      linkExpired:
        "This link is too old: each works for 15 minutes. `redeem open` prints another one.",
      linkUnknown: "This link is not valid. `redeem open` prints another one.",
    },
  },
  /** On the archive page. */
  archive: {
    title: "Archive",
  },
} as const;

/** All texts of a language. */
export type Texts = Translated<typeof en>;
