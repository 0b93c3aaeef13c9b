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
  /** On the archive page. */
  archive: {
    title: "Archive",
  },
} as const;

/** All texts of a language. */
export type Texts = Translated<typeof en>;
