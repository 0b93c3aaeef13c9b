/** busboy's functions for the headers of a part; its types name its front door only. */
declare module "busboy/lib/utils.js" {
  type Decoder = (data: Uint8Array | string, hint: number) => string | undefined;
  export function basename(path: string): string;
  export function getDecoder(charset: string): Decoder;
  export function parseContentType(
    text: string,
  ): { type: string; subtype: string; params: Record<string, string> } | undefined;
  export function parseDisposition(
    text: string,
    decoder: Decoder,
  ): { type: string; params: Record<string, string> } | undefined;
}
