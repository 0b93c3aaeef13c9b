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
    collect: "Para quien recopila: {link}.",
    archive: "el archivo",
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
  signIn: {
    title: "Iniciar sesión",
    key: "Clave de API",
    button: "Iniciar sesión",
    noKeyHeading: "¿No tienes una clave a mano?",
    noKey:
      "En la máquina donde funciona este servidor, `redeem open` muestra un enlace que inicia la sesión, y `redeem key create` crea una clave de API.",
    openSentence: "Este enlace inicia tu sesión, una sola vez.",
    goOn: "Ir al archivo",
    notices: {
      noKey: "Escribe una clave de API.",
      wrongKey: "Esta clave de API no es válida.",
      noUse: "Esta clave de API no puede ver el archivo.",
      tooMany:
        "Se han probado demasiadas claves incorrectas. Espera un poco o entra con un enlace: `redeem open` muestra uno.",
      foreignPage:
        "Esto no venía de una página de este servidor. Detrás de un proxy, REDEEM_PUBLIC_URL tiene que ser la dirección que ves.",
      signedOut: "Has cerrado la sesión.",
      linkUsed: "Este enlace ya se ha usado: cada uno sirve una vez. `redeem open` muestra otro.",
      linkExpired:
        "Este enlace es demasiado antiguo: cada uno vale 15 minutos. `redeem open` muestra otro.",
      linkUnknown: "Este enlace no es válido. `redeem open` muestra otro.",
    },
  },
  archive: {
    title: "Archivo",
  },
};
