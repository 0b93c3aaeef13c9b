import type { LinkDraft } from "./link-draft.ts";

/** What each part of the form for a new link works with. */
export type LinkFormPart = {
  draft: LinkDraft;
  change: (set: Partial<LinkDraft>) => void;
  /** What is wrong with a parameter, by the API's name of it. */
  errorOf: (parameter: string) => string | undefined;
};
