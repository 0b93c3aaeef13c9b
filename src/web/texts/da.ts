import type { Texts } from "./en.ts";

export const da: Texts = {
  common: {
    close: "Luk",
    cancel: "Annuller",
    undo: "Fortryd",
    copy: "Kopiér",
    copied: "Kopieret",
    tryNow: "Prøv nu",
    noAnswer: "Serveren svarer ikke.",
  },
  front: {
    what: "Denne server modtager filer fra folk, der har fået et upload-link. Har du et, så åbn det.",
    developers: "For udviklere: {link}.",
    documentation: "dokumentationen af API’et",
  },
  upload: {
    title: "Upload",
    usedHeading: "Dette upload-link er allerede brugt.",
    usedSentence: "Alt, hvad det var beregnet til, er sendt.",
    expiredHeading: "Dette upload-link er udløbet.",
    expiredSentence: "Bed om et nyt, hvor du fik det.",
    invalidHeading: "Dette upload-link er ikke gyldigt.",
    invalidSentence: "Tjek, at adressen er fuldstændig.",
  },
  archive: {
    title: "Arkiv",
  },
};
