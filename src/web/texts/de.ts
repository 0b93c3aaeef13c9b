import type { Texts } from "./en.ts";

export const de: Texts = {
  common: {
    close: "Schließen",
    cancel: "Abbrechen",
    undo: "Rückgängig",
    copy: "Kopieren",
    copied: "Kopiert",
    tryNow: "Jetzt versuchen",
    noAnswer: "Der Server antwortet nicht.",
  },
  front: {
    what: "Dieser Server nimmt Dateien von Menschen an, die einen Upload-Link bekommen haben. Wenn du einen hast, öffne ihn.",
    developers: "Für Entwickler: {link}.",
    documentation: "die Dokumentation der API",
    collect: "Wenn du hier sammelst: {link}.",
    archive: "das Archiv",
  },
  upload: {
    title: "Hochladen",
    usedHeading: "Dieser Upload-Link wurde schon benutzt.",
    usedSentence: "Alles, wofür er gedacht war, ist geschickt worden.",
    expiredHeading: "Dieser Upload-Link ist abgelaufen.",
    expiredSentence: "Bitte um einen neuen, wo du ihn bekommen hast.",
    invalidHeading: "Dieser Upload-Link ist nicht gültig.",
    invalidSentence: "Prüfe, ob die Adresse vollständig ist.",
  },
  signIn: {
    title: "Anmelden",
    key: "API-Schlüssel",
    button: "Anmelden",
    noKeyHeading: "Kein Schlüssel zur Hand?",
    noKey:
      "Auf dem Rechner, auf dem dieser Server läuft, gibt `redeem open` einen Link aus, der anmeldet, und `redeem key create` macht einen API-Schlüssel.",
    openSentence: "Dieser Link meldet dich an, einmal.",
    goOn: "Zum Archiv",
    notices: {
      noKey: "Gib einen API-Schlüssel ein.",
      wrongKey: "Dieser API-Schlüssel ist nicht gültig.",
      noUse: "Dieser API-Schlüssel darf das Archiv nicht sehen.",
      tooMany:
        "Es wurden zu viele falsche Schlüssel probiert. Warte ein wenig, oder melde dich mit einem Link an: `redeem open` gibt einen aus.",
      foreignPage:
        "Das kam nicht von einer Seite dieses Servers. Hinter einem Proxy muss REDEEM_PUBLIC_URL die Adresse sein, die du siehst.",
      signedOut: "Du bist abgemeldet.",
      linkUsed:
        "Dieser Link ist benutzt: jeder meldet einmal an. `redeem open` gibt einen neuen aus.",
      linkExpired:
        "Dieser Link ist zu alt: jeder gilt 15 Minuten. `redeem open` gibt einen neuen aus.",
      linkUnknown: "Dieser Link ist nicht gültig. `redeem open` gibt einen neuen aus.",
    },
  },
  archive: {
    title: "Archiv",
  },
};
