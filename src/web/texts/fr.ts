import type { Texts } from "./en.ts";

export const fr: Texts = {
  common: {
    close: "Fermer",
    cancel: "Annuler",
    undo: "Rétablir",
    copy: "Copier",
    copied: "Copié",
    tryNow: "Réessayer",
    noAnswer: "Le serveur ne répond pas.",
  },
  front: {
    what: "Ce serveur reçoit les fichiers des personnes à qui un lien d’envoi a été donné. Si vous en avez un, ouvrez-le.",
    developers: "Pour les développeurs : {link}.",
    documentation: "la documentation de l’API",
  },
  upload: {
    title: "Envoi",
    usedHeading: "Ce lien d’envoi a déjà été utilisé.",
    usedSentence: "Tout ce pour quoi il était prévu a été envoyé.",
    expiredHeading: "Ce lien d’envoi a expiré.",
    expiredSentence: "Demandez-en un nouveau à la personne qui vous l’a donné.",
    invalidHeading: "Ce lien d’envoi n’est pas valable.",
    invalidSentence: "Vérifiez que l’adresse est complète.",
  },
  archive: {
    title: "Archives",
  },
};
