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
    collect: "For den, der samler: {link}.",
    archive: "arkivet",
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
  signIn: {
    title: "Log ind",
    key: "API-nøgle",
    button: "Log ind",
    noKeyHeading: "Ingen nøgle ved hånden?",
    noKey:
      "På den maskine, som serveren kører på, udskriver `redeem open` et link, der logger ind, og `redeem key create` laver en API-nøgle.",
    openSentence: "Dette link logger dig ind, én gang.",
    goOn: "Til arkivet",
    notices: {
      noKey: "Skriv en API-nøgle.",
      wrongKey: "Denne API-nøgle er ikke gyldig.",
      noUse: "Denne API-nøgle må ikke se arkivet.",
      tooMany:
        "Der er prøvet for mange forkerte nøgler. Vent lidt, eller log ind med et link: `redeem open` udskriver et.",
      foreignPage:
        "Dette kom ikke fra en side på denne server. Bag en proxy skal REDEEM_PUBLIC_URL være den adresse, du ser.",
      signedOut: "Du er logget ud.",
      linkUsed: "Dette link er brugt: hvert logger ind én gang. `redeem open` udskriver et nyt.",
      linkExpired:
        "Dette link er for gammelt: hvert gælder i 15 minutter. `redeem open` udskriver et nyt.",
      linkUnknown: "Dette link er ikke gyldigt. `redeem open` udskriver et nyt.",
    },
  },
  archive: {
    title: "Arkiv",
  },
};
