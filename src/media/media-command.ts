/** The word after which this program is a media process. It is no command for people, and `redeem help` has none. */
export const MEDIA_COMMAND = "media";
