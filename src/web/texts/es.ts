import type { Texts } from "./en.ts";

export const es: Texts = {
  common: {
    close: "Cerrar",
    cancel: "Cancelar",
    undo: "Deshacer",
    copy: "Copiar",
    copied: "Copiado",
    tryNow: "Intentar ahora",
    noAnswer: "El servidor no responde.",
  },
  front: {
    what: "Este servidor recibe archivos de personas a las que se les ha enviado un enlace de subida. Si tienes uno, ábrelo.",
    developers: "Para desarrolladores: {link}.",
    documentation: "la documentación de la API",
  },
  upload: {
    title: "Subir",
    usedHeading: "Este enlace de subida ya se ha usado.",
    usedSentence: "Todo aquello para lo que servía ya se ha enviado.",
    expiredHeading: "Este enlace de subida ha caducado.",
    expiredSentence: "Pide uno nuevo a quien te lo dio.",
    invalidHeading: "Este enlace de subida no es válido.",
    invalidSentence: "Comprueba que la dirección esté completa.",
  },
  archive: {
    title: "Archivo",
  },
};
