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
  archive: {
    title: "Archiv",
  },
};
