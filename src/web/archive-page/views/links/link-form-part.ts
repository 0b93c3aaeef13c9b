import type { LinkDraft } from "./link-draft.ts";

/** What each part of a link's form is given. */
export type LinkFormPart = {
  draft: LinkDraft;
  change: (set: Partial<LinkDraft>) => void;
  /** What is wrong with a field, by the name of its API parameter; undefined if nothing is. */
  errorOf: (parameter: string) => string | undefined;
};
