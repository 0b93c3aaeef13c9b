/** What the server tells the page's script, as JSON in the page. Public: the token is in the URL. */
export type PageData = {
  uploadToken: string;
  remainingUploads: number;
  /** Bytes per file. */
  maxSize: number;
  types: readonly string[];
  returns: boolean;
};

/** Where everything is sent, relative to /upload/<token>: a path prefix before both stays intact. */
export const apiTarget = "../api/photo/redeem-upload-token";
