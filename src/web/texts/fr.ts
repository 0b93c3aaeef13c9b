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
    collect: "Pour qui collecte : {link}.",
    archive: "les archives",
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
  signIn: {
    title: "Connexion",
    key: "Clé d’API",
    button: "Se connecter",
    noKeyHeading: "Pas de clé sous la main ?",
    noKey:
      "Sur la machine où tourne ce serveur, `redeem open` affiche un lien qui connecte, et `redeem key create` crée une clé d’API.",
    openSentence: "Ce lien vous connecte, une seule fois.",
    goOn: "Vers les archives",
    notices: {
      noKey: "Saisissez une clé d’API.",
      wrongKey: "Cette clé d’API n’est pas valable.",
      noUse: "Cette clé d’API ne donne pas accès aux archives.",
      tooMany:
        "Trop de mauvaises clés ont été essayées. Attendez un peu, ou connectez-vous par un lien : `redeem open` en affiche un.",
      foreignPage:
        "Cela ne venait pas d’une page de ce serveur. Derrière un proxy, REDEEM_PUBLIC_URL doit être l’adresse que vous voyez.",
      signedOut: "Vous êtes déconnecté.",
      linkUsed:
        "Ce lien a déjà servi : chacun connecte une seule fois. `redeem open` en affiche un autre.",
      linkExpired:
        "Ce lien est trop ancien : chacun vaut 15 minutes. `redeem open` en affiche un autre.",
      linkUnknown: "Ce lien n’est pas valable. `redeem open` en affiche un autre.",
    },
  },
  archive: {
    title: "Archives",
  },
};
